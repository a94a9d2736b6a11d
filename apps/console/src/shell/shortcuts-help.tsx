import { Dialog } from '../kit/dialog.tsx'
import { Kbd } from '../kit/kbd.tsx'
import { shortcuts } from './shortcuts.ts'

export interface ShortcutsHelpProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}

export function ShortcutsHelp({ open, onOpenChange }: ShortcutsHelpProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <dl className="flex flex-col text-sm">
        {Object.entries(shortcuts).map(([id, { keys, does }]) => (
          <div key={id} className="flex items-center justify-between gap-4 border-b py-2 last:border-b-0">
            <dt>{does}</dt>
            <dd>
              <Kbd keys={keys} className="text-muted-foreground" />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
