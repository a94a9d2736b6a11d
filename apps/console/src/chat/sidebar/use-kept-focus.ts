import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'

/** A row that has the focus keeps it when it is moved: a browser forgets it then. */
export function useKeptFocus(list: RefObject<HTMLElement | null>, rows: unknown): void {
  const held = useRef<HTMLElement>(undefined)

  useEffect(() => {
    const onFocus = ({ target }: FocusEvent) => {
      const isRow = target instanceof HTMLElement && list.current?.contains(target) === true && target.matches('a')
      held.current = isRow ? target : undefined
    }
    // Who points beside it has left it.
    const onPointer = () => {
      held.current = undefined
    }
    document.addEventListener('focusin', onFocus)
    document.addEventListener('pointerdown', onPointer, { capture: true })
    return () => {
      document.removeEventListener('focusin', onFocus)
      document.removeEventListener('pointerdown', onPointer, { capture: true })
    }
  }, [list])

  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again whenever rows may have moved
  useLayoutEffect(() => {
    if (document.activeElement === document.body && held.current?.isConnected === true) held.current.focus()
  }, [rows])
}
