/** Every key of the page that has a meaning of its own. The law: what is not in this table is no shortcut. */
import { isApple } from '../kit/is-apple.ts'

export interface Shortcut {
  /** Joined by `+`; `Mod` is ⌘ on an Apple keyboard and Ctrl elsewhere. */
  readonly keys: string
  /** What it does, for the help. */
  readonly does: string
  /**
   * `anywhere`; `outside_fields`: not while something is written; `composer`: in the field of the next message, and where
   * nothing is written; `field`: the field it belongs to takes it itself.
   */
  readonly where: 'anywhere' | 'outside_fields' | 'composer' | 'field'
}

export const shortcuts = {
  palette: { keys: 'Mod+K', does: 'Search chats and commands', where: 'anywhere' },
  newChat: { keys: 'Mod+Shift+O', does: 'Start a new chat', where: 'anywhere' },
  sidebar: { keys: 'Mod+Shift+S', does: 'Show or hide the list of chats', where: 'anywhere' },
  write: { keys: '/', does: 'Write a message', where: 'outside_fields' },
  send: { keys: 'Enter', does: 'Send the message', where: 'field' },
  newLine: { keys: 'Shift+Enter', does: 'Begin a new line', where: 'field' },
  editLast: { keys: 'ArrowUp', does: 'Edit the last message, when nothing is written', where: 'field' },
  stop: { keys: 'Escape', does: 'Stop the answer that is being written', where: 'composer' },
  rename: { keys: 'F2', does: 'Rename the chat, in the list', where: 'field' },
  remove: { keys: 'Delete', does: 'Delete the chat, in the list', where: 'field' },
  notes: { keys: 'F6', does: 'Go to the notes at the edge, such as “Undo”', where: 'field' },
  help: { keys: '?', does: 'Show this list', where: 'outside_fields' },
} as const satisfies Readonly<Record<string, Shortcut>>

export type ShortcutId = keyof typeof shortcuts

const ids = Object.keys(shortcuts) as readonly ShortcutId[]

/** Which shortcut it is, where the focus is now; none while a word is being composed, or something has taken the key. */
export function shortcutOf(event: KeyboardEvent): ShortcutId | undefined {
  if (event.defaultPrevented || event.isComposing || event.repeat) return undefined
  const id = ids.find((each) => fits(shortcuts[each].keys, event))
  return id !== undefined && mayFire(shortcuts[id].where, event.target) ? id : undefined
}

function fits(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split('+')
  const key = parts.at(-1) ?? ''
  if (event.altKey || !isKey(key, event)) return false
  const [mod, other] = isApple ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  if (other || mod !== parts.includes('Mod')) return false
  // On some keyboards it takes Shift to write `?` or `/`.
  return event.shiftKey === parts.includes('Shift') || /^[^\p{L}]$/u.test(key)
}

/** By its letter; and where the keyboard writes no Latin ones, by its place. */
function isKey(key: string, event: KeyboardEvent): boolean {
  if (event.key.toLowerCase() === key.toLowerCase()) return true
  return /^[A-Z]$/.test(key) && !/^[\p{Script=Latin}\P{L}]/u.test(event.key) && event.code === `Key${key}`
}

function mayFire(where: Shortcut['where'], target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : undefined
  const writes = element?.matches('input, textarea, select, [contenteditable]') === true
  switch (where) {
    case 'anywhere':
      return true
    case 'outside_fields':
      return !writes
    case 'composer':
      return !writes || element?.closest('[data-composer]') !== null
    case 'field':
      return false
    default:
      return where satisfies never
  }
}
