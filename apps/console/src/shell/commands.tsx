/**
 * What can be done from anywhere: by its key, or from the palette. The law: what is shown can be done now; it is gone with
 * what offered it.
 */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react'
import type { Icon } from '../kit/icon.ts'
import { type ShortcutId, shortcutOf, shortcuts } from './shortcuts.ts'

export interface Command {
  /** Told from all others by it. */
  readonly id: string
  /** A verb and its object, such as “Use the dark theme”. */
  readonly label: string
  readonly icon: Icon
  /** Other words that find it. */
  readonly words?: string
  readonly shortcut?: ShortcutId
  readonly run: () => void
}

interface Commands {
  /** Of what was offered last, first. */
  list(): readonly Command[]
  run(shortcut: ShortcutId): boolean
  offer(command: () => Command | undefined): Disposable
}

const CommandsContext = createContext<Commands | undefined>(undefined)

export function CommandsProvider({ children }: { readonly children: ReactNode }) {
  const commands = useMemo(createCommands, [])

  useEffect(() => {
    let opened = false
    // What is open takes Esc and the arrows; it may be closed by the time the key comes here.
    const before = () => {
      opened = document.querySelector(openPopups) !== null
    }
    const onKey = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event)
      if (shortcut === undefined) return
      // A key that is the page's does nothing in the browser either, whatever is open.
      if (opened && shortcuts[shortcut].where === 'anywhere') event.preventDefault()
      if (!opened && commands.run(shortcut)) event.preventDefault()
    }
    window.addEventListener('keydown', before, { capture: true })
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', before, { capture: true })
      window.removeEventListener('keydown', onKey)
    }
  }, [commands])

  return <CommandsContext value={commands}>{children}</CommandsContext>
}

/** Not what is on its way out, nor a note, which leaves the keys to the page. */
const openPopups =
  ':is([role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]):not([data-closed], [data-closed] *, [data-toast])'

export function useCommands(): Commands {
  const commands = useContext(CommandsContext)
  if (commands === undefined) throw new Error('Expected a CommandsProvider above')
  return commands
}

/** Offers it as long as this is shown; undefined: it cannot be done now. */
export function useCommand(command: Command | undefined): void {
  const commands = useCommands()
  const current = useRef(command)
  const isThere = command !== undefined

  useEffect(() => {
    current.current = command
  })

  useEffect(() => {
    if (!isThere) return
    const offered = commands.offer(() => current.current)
    return () => offered[Symbol.dispose]()
  }, [commands, isThere])
}

function createCommands(): Commands {
  const offered = new Set<() => Command | undefined>()
  const list = () => [...offered].reverse().flatMap((command) => command() ?? [])
  return {
    list,
    run(shortcut) {
      const command = list().find((each) => each.shortcut === shortcut)
      command?.run()
      return command !== undefined
    },
    offer(command) {
      offered.add(command)
      return { [Symbol.dispose]: () => void offered.delete(command) }
    },
  }
}
