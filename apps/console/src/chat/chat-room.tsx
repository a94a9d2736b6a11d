/** The chat room: threads beside the open conversation. */
import { Outlet } from '@tanstack/react-router'
import { PanelLeft } from 'lucide-react'
import { createContext, useContext, useMemo, useState } from 'react'
import { Drawer } from '../kit/drawer.tsx'
import { useThreadRoute } from '../route.ts'
import { useCommand } from '../shell/commands.tsx'
import { Main } from '../shell/main.tsx'
import { useIsWide } from '../shell/use-media.ts'
import { WaitingProvider } from './approval/waiting.tsx'
import { Rail } from './sidebar/rail.tsx'
import { Sidebar } from './sidebar/sidebar.tsx'

interface Room {
  /** On a narrow page; on a wide one it is there, or is shown by its rail. */
  readonly openSidebar: () => void
}

const RoomContext = createContext<Room | undefined>(undefined)

const hiddenKey = 'toolcrib.sidebar.hidden'

export function ChatRoom() {
  const threadId = useThreadRoute()
  const wide = useIsWide()
  const [drawn, setDrawn] = useState(false)
  const [hidden, setHidden] = useState(() => localStorage.getItem(hiddenKey) !== null)
  const room = useMemo((): Room => ({ openSidebar: () => setDrawn(true) }), [])

  function hide(next: boolean) {
    if (next) localStorage.setItem(hiddenKey, 'yes')
    else localStorage.removeItem(hiddenKey)
    setHidden(next)
  }

  useCommand({
    id: 'sidebar',
    label: wide && !hidden ? 'Hide the list of chats' : 'Show the list of chats',
    icon: PanelLeft,
    words: 'sidebar',
    shortcut: 'sidebar',
    run: () => (wide ? hide(!hidden) : setDrawn(true)),
  })

  return (
    <RoomContext value={room}>
      <WaitingProvider>
        <div className="flex h-full overflow-hidden">
          {wide && hidden && <Rail onOpen={() => hide(false)} />}
          {wide && !hidden && (
            <aside aria-label="Chats" className="flex w-72 shrink-0 flex-col overflow-y-auto border-e bg-sidebar">
              <Sidebar threadId={threadId} onDone={() => {}} onClose={() => hide(true)} />
            </aside>
          )}
          {!wide && (
            <Drawer open={drawn} onOpenChange={setDrawn} label="Chats">
              <Sidebar threadId={threadId} onDone={() => setDrawn(false)} onClose={() => setDrawn(false)} />
            </Drawer>
          )}
          <Main className="flex min-w-0 flex-1 flex-col">
            <Outlet />
          </Main>
        </div>
      </WaitingProvider>
    </RoomContext>
  )
}

export function useChatRoom(): Room {
  const room = useContext(RoomContext)
  if (room === undefined) throw new Error('Expected a ChatRoom above')
  return room
}
