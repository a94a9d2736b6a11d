/** The chat room: threads beside the open conversation. */
import { useState } from 'react'
import type { Failure, Principal } from 'toolcrib/protocol'
import { ClientProvider } from './connection.tsx'
import { useThreadRoute } from './route.ts'
import { Sidebar } from './sidebar/sidebar.tsx'
import { NewThread } from './thread/new-thread.tsx'
import { ThreadPage } from './thread/thread-page.tsx'

export interface ChatProps {
  readonly principal: Principal
  /** Answers why not, when it did not work. */
  readonly onSignOut: () => Promise<Failure | undefined>
  readonly onSessionDoubt: () => void
}

export function Chat({ principal, onSignOut, onSessionDoubt }: ChatProps) {
  const threadId = useThreadRoute()
  const [sidebarOpen, setSidebarOpen] = useState(false)
  const openSidebar = () => setSidebarOpen(true)

  return (
    <ClientProvider principal={principal} onSessionDoubt={onSessionDoubt}>
      <div className="flex h-full overflow-hidden">
        <Sidebar
          principal={principal}
          threadId={threadId}
          open={sidebarOpen}
          onClose={() => setSidebarOpen(false)}
          onSignOut={onSignOut}
        />
        <main className="flex min-w-0 flex-1 flex-col">
          {threadId === undefined ? (
            <NewThread onOpenSidebar={openSidebar} />
          ) : (
            <ThreadPage key={threadId} threadId={threadId} onOpenSidebar={openSidebar} />
          )}
        </main>
      </div>
    </ClientProvider>
  )
}
