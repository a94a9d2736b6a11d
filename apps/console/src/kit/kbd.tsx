/** Keys as they are printed on the keyboard that is in front of the reader. */
import { isApple } from './is-apple.ts'

const printed: ReadonlyMap<string, string> = new Map([
  ['Mod', isApple ? '⌘' : 'Ctrl'],
  ['Shift', isApple ? '⇧' : 'Shift'],
  ['Alt', isApple ? '⌥' : 'Alt'],
  ['Escape', 'Esc'],
  ['ArrowUp', '↑'],
  ['ArrowDown', '↓'],
  ['Enter', '↵'],
])

/** @param keys - Such as `Mod+Shift+O`; `Mod` is ⌘ on an Apple keyboard and Ctrl elsewhere. */
export function Kbd({ keys, className = '' }: { readonly keys: string; readonly className?: string }) {
  return (
    <kbd className={`inline-flex items-center gap-0.5 font-sans text-xs ${className}`}>
      {keys.split('+').map((key) => (
        <span
          key={key}
          className="grid h-5 min-w-5 place-items-center rounded border border-current/25 px-1 leading-none"
        >
          {printed.get(key) ?? key}
        </span>
      ))}
    </kbd>
  )
}
