/** The chat room: threads beside the open conversation. */
import { Outlet } from '@tanstack/react-router'
import { createContext, useContext, useMemo, useState } from 'react'
import { useThreadRoute } from '../route.ts'
import { useSignedIn } from '../session/signed-in.ts'
import { Sidebar } from './sidebar/sidebar.tsx'

interface Room {
  readonly openSidebar: () => void
}

const RoomContext = createContext<Room | undefined>(undefined)

export function ChatRoom() {
  const threadId = useThreadRoute()
  const { principal, signOut } = useSignedIn()
  const [sidebarOpen, setSidebarOpen] = useState(false)
  const room = useMemo((): Room => ({ openSidebar: () => setSidebarOpen(true) }), [])

  return (
    <RoomContext value={room}>
      <div className="flex h-full overflow-hidden">
        <Sidebar
          principal={principal}
          threadId={threadId}
          open={sidebarOpen}
          onClose={() => setSidebarOpen(false)}
          onSignOut={signOut}
        />
        <main className="flex min-w-0 flex-1 flex-col">
          <Outlet />
        </main>
      </div>
    </RoomContext>
  )
}

export function useChatRoom(): Room {
  const room = useContext(RoomContext)
  if (room === undefined) throw new Error('Expected a ChatRoom above')
  return room
}
