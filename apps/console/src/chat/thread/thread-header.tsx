import { Menu } from 'lucide-react'
import { IconButton } from '../../kit/icon-button.tsx'
import { ToolsButton } from './tools-button.tsx'

export interface ThreadHeaderProps {
  readonly title: string
  readonly model?: string | undefined
  readonly onOpenSidebar: () => void
}

export function ThreadHeader({ title, model, onOpenSidebar }: ThreadHeaderProps) {
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b px-4">
      <IconButton label="Show the chats" icon={Menu} onClick={onOpenSidebar} className="-ml-2 md:hidden" />
      <h1 dir="auto" className="min-w-0 flex-1 truncate text-sm font-medium">
        {title}
      </h1>
      {model !== undefined && (
        <span
          className="max-w-48 shrink-0 truncate rounded-full bg-muted px-2.5 py-1 font-mono text-xs text-muted-foreground"
          title={`Model: ${model}`}
        >
          {model}
        </span>
      )}
      <ToolsButton />
    </header>
  )
}
