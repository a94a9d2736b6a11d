import { useThreadRoute } from '../../route.ts'
import { useChatRoom } from '../chat-room.tsx'
import { ThreadPage } from './thread-page.tsx'

/** The thread that the address names; another thread is another page. */
export function OpenThread() {
  const threadId = useThreadRoute()
  const { openSidebar } = useChatRoom()
  if (threadId === undefined) return null
  return <ThreadPage key={threadId} threadId={threadId} onOpenSidebar={openSidebar} />
}
