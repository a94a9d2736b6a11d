/**
 * Parts of the page that are loaded when they are first wanted: menus, dialogs, notes. The law: what was pressed comes as if it
 * had been there, by mouse and by keyboard; and when it cannot be had, that is said.
 */
import {
  cloneElement,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { NotLoaded } from './not-loaded.tsx'

export interface OnDemand<P> {
  /** So that it is on its way. What could not be had is asked for again. */
  readonly ask: () => void
  readonly subscribe: (changed: () => void) => () => void
  readonly current: () => Demanded<P>
}

export interface Demanded<P> {
  /** Undefined: it is not there yet. */
  readonly part: P | undefined
  readonly failed: boolean
}

export function createOnDemand<P>(load: () => Promise<P>): OnDemand<P> {
  const listeners = new Set<() => void>()
  let asked = false
  let state: Demanded<P> = { part: undefined, failed: false }

  function become(next: Demanded<P>): void {
    state = next
    for (const listener of listeners) listener()
  }

  return {
    ask() {
      if (asked) return
      asked = true
      if (state.failed) become({ part: undefined, failed: false })
      load().then(
        (part) => become({ part, failed: false }),
        () => {
          asked = false
          become({ part: undefined, failed: true })
        },
      )
    },
    subscribe(changed) {
      listeners.add(changed)
      return () => void listeners.delete(changed)
    },
    current: () => state,
  }
}

export function useOnDemand<P>(of: OnDemand<P>): Demanded<P> {
  return useSyncExternalStore(of.subscribe, of.current)
}

export interface Openable {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}

export interface OpenedOnDemandProps<P> extends Openable {
  readonly demand: OnDemand<P>
  readonly children: (part: P) => ReactNode
}

/** What is opened by its property, such as a dialog: loaded when it is opened first. */
export function OpenedOnDemand<P>({ demand, open, onOpenChange, children }: OpenedOnDemandProps<P>) {
  const { part, failed } = useOnDemand(demand)

  useEffect(() => {
    if (open) demand.ask()
  }, [demand, open])

  if (part !== undefined) return children(part)
  return open && failed && <NotLoaded onClose={() => onOpenChange(false)} />
}

export interface DrawnOnDemandProps<P> {
  readonly demand: OnDemand<P>
  readonly children: (part: P) => ReactNode
}

/** What is drawn only within a part that is there. */
export function DrawnOnDemand<P>({ demand, children }: DrawnOnDemandProps<P>) {
  const { part } = useOnDemand(demand)
  return part !== undefined && children(part)
}

export interface PressedOnDemandProps<P> {
  readonly demand: OnDemand<P>
  readonly opens: 'menu' | 'dialog'
  /** A button, or what passes the properties of one on. */
  readonly trigger: ReactElement
  /** Draws the part with its trigger, which opens it by itself from now on. */
  readonly children: (part: P, trigger: ReactElement) => ReactNode
}

/**
 * A button that opens something. It is on its way as soon as the button is pointed at or has the focus, and takes the button's
 * place when it is pressed; then the press is done again.
 */
export function PressedOnDemand<P>({ demand, opens, trigger, children }: PressedOnDemandProps<P>) {
  const { part, failed } = useOnDemand(demand)
  const [press, setPress] = useState<() => Event>()
  const place = useRef<HTMLElement>(null)
  const isThere = part !== undefined && press !== undefined

  useLayoutEffect(() => {
    // The button that had the focus was replaced.
    if (isThere && document.activeElement === document.body) place.current?.focus({ preventScroll: true })
  }, [isThere])

  useEffect(() => {
    if (isThere) place.current?.dispatchEvent(press())
  }, [isThere, press])

  if (isThere) return children(part, cloneElement<Pressable>(trigger as ReactElement<Pressable>, { ref: place }))

  function ask(event: () => Event) {
    setPress(() => event)
    demand.ask()
  }

  return (
    <>
      {cloneElement<Pressable>(trigger as ReactElement<Pressable>, {
        ref: place,
        'aria-haspopup': opens,
        'aria-expanded': false,
        'aria-busy': (press !== undefined && !failed) || undefined,
        onPointerEnter: demand.ask,
        onFocus: demand.ask,
        onClick: ({ detail }) => ask(() => new globalThis.MouseEvent('click', { detail, ...reaching })),
        onKeyDown(event) {
          const { key } = event
          if (opens !== 'menu' || (key !== 'ArrowDown' && key !== 'ArrowUp')) return
          event.preventDefault()
          ask(() => new globalThis.KeyboardEvent('keydown', { key, ...reaching }))
        },
      })}
      {press !== undefined && failed && <NotLoaded onClose={() => setPress(undefined)} />}
    </>
  )
}

const reaching = { bubbles: true, cancelable: true }

interface Pressable {
  readonly ref?: Ref<HTMLElement>
  readonly 'aria-haspopup'?: 'menu' | 'dialog'
  readonly 'aria-expanded'?: boolean
  readonly 'aria-busy'?: boolean | undefined
  readonly onPointerEnter?: () => void
  readonly onFocus?: () => void
  readonly onClick?: (event: MouseEvent) => void
  readonly onKeyDown?: (event: KeyboardEvent) => void
}
