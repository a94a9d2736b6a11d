/** What can be done with a chat of the list: by the button of its row, or in the place of the browser's own menu. */
import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import type { Thread } from 'toolcrib/protocol'
import { IconButton } from '../../kit/icon-button.tsx'
import { Menu, MenuItem } from '../../kit/menu.tsx'
import { threadName } from '../../parts/thread-name.ts'
import { shortcuts } from '../../shell/shortcuts.ts'

export interface ThreadActionsProps {
  readonly thread: Thread
  readonly onRename: (threadId: string) => void
  readonly onRemove: (thread: Thread) => void
}

export function ThreadMenu(props: ThreadActionsProps) {
  return (
    <Menu
      align="end"
      trigger={<IconButton label={`More for ${threadName(props.thread)}`} icon={Ellipsis} className="size-7!" />}
    >
      <ThreadActions {...props} />
    </Menu>
  )
}

export function ThreadActions({ thread, onRename, onRemove }: ThreadActionsProps) {
  return (
    <>
      <MenuItem icon={Pencil} keys={shortcuts.rename.keys} onSelect={() => onRename(thread.threadId)}>
        Rename
      </MenuItem>
      <MenuItem icon={Trash2} keys={shortcuts.remove.keys} danger onSelect={() => onRemove(thread)}>
        Delete
      </MenuItem>
    </>
  )
}
