/** What can be done with a chat of the list. One menu for all rows, moved to the one it was asked of. */
import { Menu as Base } from '@base-ui/react/menu'
import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import type { Thread } from 'toolcrib/protocol'
import { IconButton } from '../../kit/icon-button.tsx'
import { MenuItem, menuLook } from '../../kit/menu.tsx'
import { popupLayer } from '../../kit/popup.ts'
import { threadName } from '../../parts/thread-name.ts'
import { shortcuts } from '../../shell/shortcuts.ts'

const menu = Base.createHandle<Thread>()

export function ThreadMenuButton({ thread }: { readonly thread: Thread }) {
  return (
    <Base.Trigger
      handle={menu}
      payload={thread}
      render={<IconButton label={`More for ${threadName(thread)}`} icon={Ellipsis} className="size-7!" />}
    />
  )
}

export interface ThreadActionsProps {
  readonly thread: Thread
  readonly onRename: (threadId: string) => void
  readonly onRemove: (thread: Thread) => void
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

/** Once in the list. */
export function ThreadMenu(props: Omit<ThreadActionsProps, 'thread'>) {
  return (
    <Base.Root handle={menu} modal={false}>
      {({ payload }) => (
        <Base.Portal>
          <Base.Positioner align="end" sideOffset={4} className={popupLayer}>
            <Base.Popup className={menuLook}>
              {payload !== undefined && <ThreadActions {...props} thread={payload} />}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      )}
    </Base.Root>
  )
}
