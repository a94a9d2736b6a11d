import { PanelLeftClose, Search, SquarePen, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { IconButton } from '../../kit/icon-button.tsx'
import { Kbd } from '../../kit/kbd.tsx'
import { useSettled } from '../../kit/use-settled.ts'
import { Logo } from '../../parts/logo.tsx'
import { useGoToThread } from '../../route.ts'
import { RoomSwitch } from '../../shell/room-switch.tsx'
import { shortcuts } from '../../shell/shortcuts.ts'
import { UserMenu } from '../../shell/user-menu.tsx'
import { Inbox } from './inbox.tsx'
import { ThreadList } from './thread-list.tsx'

export interface SidebarProps {
  readonly threadId: string | undefined
  /** What was wanted of it was chosen. */
  readonly onDone: () => void
  readonly onClose: () => void
}

export function Sidebar({ threadId, onDone, onClose }: SidebarProps) {
  const goToThread = useGoToThread()
  const [query, setQuery] = useState('')
  const wanted = useSettled(query.trim())
  const field = useRef<HTMLInputElement>(null)

  function clear() {
    setQuery('')
    field.current?.focus()
  }

  return (
    <>
      <div className="flex h-13 shrink-0 items-center justify-between ps-4 pe-2.5">
        <Logo small />
        <IconButton
          label="Hide the list of chats"
          icon={PanelLeftClose}
          keys={shortcuts.sidebar.keys}
          onClick={onClose}
        />
      </div>
      <div className="flex flex-col gap-2 px-3 pt-1">
        <RoomSwitch room="chat" />
        <Button
          icon={SquarePen}
          onClick={() => {
            goToThread(undefined)
            onDone()
          }}
          className="w-full justify-start!"
        >
          <span className="flex-1 text-start">New chat</span>
          <Kbd keys={shortcuts.newChat.keys} className="text-muted-foreground pointer-coarse:hidden" />
        </Button>
        <label className="flex min-h-9 items-center gap-2 rounded-lg px-3.5 text-muted-foreground focus-within:bg-muted hover:bg-muted">
          <Search aria-hidden="true" className="size-4 shrink-0" />
          <span className="sr-only">Search chats</span>
          <input
            ref={field}
            type="search"
            dir="auto"
            value={query}
            maxLength={200}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || event.nativeEvent.isComposing || query === '') return
              event.preventDefault()
              event.stopPropagation()
              setQuery('')
            }}
            placeholder="Search chats"
            className="w-full min-w-0 bg-transparent py-1 text-base text-foreground outline-none placeholder:text-muted-foreground md:text-sm [&::-webkit-search-cancel-button]:hidden"
          />
          {query !== '' && <IconButton label="Clear the search" icon={X} onClick={clear} className="-me-2 size-6!" />}
        </label>
      </div>
      <ThreadList query={wanted} threadId={threadId} onOpen={onDone} onClearQuery={clear} />
      <Inbox />
      <div className="border-t p-2">
        <UserMenu />
      </div>
    </>
  )
}
