import { useNavigate } from '@tanstack/react-router'
import { Activity, PanelLeftOpen, Search, SquarePen } from 'lucide-react'
import { IconButton } from '../../kit/icon-button.tsx'
import { useSignedIn } from '../../session/signed-in.ts'
import { useCommands } from '../../shell/commands.tsx'
import { shortcuts } from '../../shell/shortcuts.ts'
import { UserMenu } from '../../shell/user-menu.tsx'
import { WaitingDot } from '../approval/waiting.tsx'

/** What is left of the sidebar when it is hidden. */
export function Rail({ onOpen }: { readonly onOpen: () => void }) {
  const { operator } = useSignedIn()
  const commands = useCommands()
  const navigate = useNavigate()
  return (
    <aside aria-label="Chats" className="flex w-13 shrink-0 flex-col items-center gap-1 border-e bg-sidebar py-2.5">
      <span className="relative">
        <IconButton
          label="Show the list of chats"
          icon={PanelLeftOpen}
          keys={shortcuts.sidebar.keys}
          onClick={onOpen}
        />
        <WaitingDot />
      </span>
      <IconButton
        label="New chat"
        icon={SquarePen}
        keys={shortcuts.newChat.keys}
        onClick={() => void commands.run('newChat')}
      />
      <IconButton
        label="Search"
        icon={Search}
        keys={shortcuts.palette.keys}
        onClick={() => void commands.run('palette')}
      />
      {operator && (
        <IconButton label="Operations" icon={Activity} onClick={() => void navigate({ to: '/operations' })} />
      )}
      <div className="mt-auto">
        <UserMenu compact />
      </div>
    </aside>
  )
}
