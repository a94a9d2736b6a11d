/** Everything that can be gone to or done, found by typing. Loaded when it is first asked for. */
import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { MessageSquare, Search } from 'lucide-react'
import { useState } from 'react'
import { useThreads } from 'toolcrib/react'
import { useDeletions } from '../chat/sidebar/deletions.tsx'
import type { Icon } from '../kit/icon.ts'
import { Kbd } from '../kit/kbd.tsx'
import { backdropLook, popupItemLook } from '../kit/popup.ts'
import { Spinner } from '../kit/spinner.tsx'
import { useSettled } from '../kit/use-settled.ts'
import { threadName } from '../parts/thread-name.ts'
import { useGoToThread } from '../route.ts'
import { useCommands } from './commands.tsx'
import { shortcuts } from './shortcuts.ts'

interface Entry {
  readonly value: string
  readonly label: string
  readonly icon: Icon
  readonly keys: string | undefined
  readonly run: () => void
}

interface Group {
  readonly value: string
  readonly items: readonly Entry[]
}

const maxChats = 8

export interface PaletteProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}

export function Palette({ open, onOpenChange }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropLook} />
        <Dialog.Viewport className="fixed inset-0 z-40 flex items-start justify-center p-4 pt-[12dvh]">
          <Dialog.Popup
            aria-label="Search chats and commands"
            className="flex max-h-[min(30rem,76dvh)] w-full max-w-xl flex-col overflow-hidden rounded-2xl border bg-popover text-popover-foreground shadow-popup outline-none transition-[opacity,scale] duration-120 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0"
          >
            <Found onDone={() => onOpenChange(false)} />
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Found({ onDone }: { readonly onDone: () => void }) {
  const commands = useCommands()
  const goToThread = useGoToThread()
  const { hidden } = useDeletions()
  const [query, setQuery] = useState('')
  const typed = query.trim()
  const wanted = useSettled(typed)
  const { threads: chats = [], query: of, problem } = useThreads({ query: wanted, pageSize: maxChats })

  const actions = commands
    .list()
    .filter(({ id, label, words = '' }) => id !== 'palette' && fits(typed, `${label} ${words}`))
    .map(({ id, label, icon, shortcut, run }): Entry => {
      return { value: id, label, icon, keys: shortcut === undefined ? undefined : shortcuts[shortcut].keys, run }
    })
  // What was found for fewer letters is shown as long as it may still be meant.
  const known = chats.filter(
    (thread) => !hidden.has(thread.threadId) && (of === typed || fits(typed, threadName(thread))),
  )
  const threads = known.map((thread): Entry => {
    const { threadId } = thread
    const run = () => goToThread(threadId)
    return { value: threadId, label: threadName(thread), icon: MessageSquare, keys: undefined, run }
  })
  const groups: readonly Group[] = [
    { value: typed === '' ? 'Latest chats' : 'Chats', items: threads },
    { value: 'Commands', items: actions },
  ].filter(({ items }) => items.length > 0)

  function run(entry: Entry) {
    onDone()
    // After the focus has gone back, so that it can be taken elsewhere.
    setTimeout(entry.run)
  }

  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      mode="none"
      value={query}
      onValueChange={(next, { reason }) => {
        if (reason !== 'item-press') setQuery(next)
      }}
      itemToStringValue={(entry: Entry) => entry.label}
      autoHighlight="always"
      keepHighlight
    >
      <div className="flex items-center gap-3 border-b px-4">
        {of !== wanted && problem === undefined ? (
          <Spinner className="size-4 text-muted-foreground" />
        ) : (
          <Search aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
        )}
        <Autocomplete.Input
          aria-label="Search chats and commands"
          dir="auto"
          placeholder="Search chats and commands"
          maxLength={200}
          className="h-13 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-muted-foreground"
        />
        <Kbd keys="Escape" className="text-muted-foreground" />
      </div>
      <Autocomplete.Empty className="px-4 py-10 text-center text-sm text-muted-foreground empty:hidden">
        Nothing found. Try fewer or other words.
      </Autocomplete.Empty>
      <Autocomplete.List className="min-h-0 flex-1 overflow-y-auto p-1.5 empty:hidden">
        {(group: Group) => (
          <Autocomplete.Group key={group.value} items={group.items} className="pb-1.5">
            <Autocomplete.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-muted-foreground">
              {group.value}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(entry: Entry) => (
                <Autocomplete.Item key={entry.value} value={entry} onClick={() => run(entry)} className={popupItemLook}>
                  <entry.icon aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
                  <span dir="auto" className="min-w-0 flex-1 truncate">
                    {entry.label}
                  </span>
                  {entry.keys !== undefined && <Kbd keys={entry.keys} className="text-muted-foreground" />}
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  )
}

/** Each word that was typed is somewhere in it. */
function fits(query: string, text: string): boolean {
  const folded = text.toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => folded.includes(word))
}
