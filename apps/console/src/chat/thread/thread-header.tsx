import { Menu, Wrench } from 'lucide-react'
import { IconButton } from '../../kit/icon-button.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { WaitingDot } from '../approval/waiting.tsx'
import { modelName } from '../choice/choices.ts'
import { ThreadTitle } from './thread-title.tsx'

export interface ThreadHeaderProps {
  readonly title: string
  /** Absent: there is nothing to rename yet. */
  readonly onRename?: ((title: string) => Promise<unknown>) | undefined
  readonly model?: string | undefined
  readonly onOpenSidebar: () => void
  readonly toolsShown: boolean
  readonly onToggleTools: () => void
}

export function ThreadHeader(props: ThreadHeaderProps) {
  const { title, onRename, model, onOpenSidebar, toolsShown, onToggleTools } = props
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b px-4">
      <span className="relative -ms-2 md:hidden">
        <IconButton label="Show the chats" icon={Menu} onClick={onOpenSidebar} />
        <WaitingDot />
      </span>
      <ThreadTitle title={title} onRename={onRename} />
      {model !== undefined && (
        <span
          className="hidden max-w-48 shrink-0 truncate rounded-full bg-muted px-2.5 py-1 font-mono text-xs text-muted-foreground sm:block"
          title={`Model: ${model}`}
        >
          <bdi>{plainText(modelName(model).label)}</bdi>
        </span>
      )}
      <IconButton
        label={toolsShown ? 'Close the tools' : 'Tools'}
        icon={Wrench}
        aria-expanded={toolsShown}
        onClick={onToggleTools}
        className="aria-expanded:bg-muted aria-expanded:text-foreground"
      />
    </header>
  )
}
