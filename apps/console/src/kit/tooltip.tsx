/**
 * One tooltip for the whole page, moved to whatever is pointed at or has the focus: five hundred rows cost no more than one, and
 * none before somebody waits for it. It is never the only place where a thing is said.
 */
import { type ComponentProps, cloneElement, type ReactElement, useEffect, useState } from 'react'
import { createOnDemand, useOnDemand } from './on-demand.tsx'

interface Told {
  readonly text: string
  readonly keys?: string | undefined
}

export interface TooltipProps extends Told {
  /** What is pointed at; it takes the props of an element. */
  readonly children: ReactElement
}

export function Tooltip({ text, keys, children }: TooltipProps) {
  return cloneElement<Telling>(children as ReactElement<Telling>, {
    'data-tooltip': text,
    ...(keys === undefined ? {} : { 'data-tooltip-keys': keys }),
  })
}

type Telling = ComponentProps<'button'> & { readonly 'data-tooltip'?: string; readonly 'data-tooltip-keys'?: string }

const popup = createOnDemand(async () => (await import('./tooltip-popup.tsx')).TooltipPopup)

const waitMs = 500
/** Who has just read one reads the next at once. */
const readingMs = 400

/** Once in the page. */
export function TooltipRegion() {
  const { part: Popup } = useOnDemand(popup)
  const shown = useTold()
  return Popup !== undefined && <Popup anchor={shown} />
}

/** The element whose tooltip is to be shown. */
function useTold(): HTMLElement | undefined {
  const [shown, setShown] = useState<HTMLElement>()

  useEffect(() => {
    const listeners = new AbortController()
    const options = { signal: listeners.signal, capture: true, passive: true }
    let timer: ReturnType<typeof setTimeout> | undefined
    let current: HTMLElement | undefined
    let readAt = Number.NEGATIVE_INFINITY

    const leave = () => {
      if (current === undefined) return
      clearTimeout(timer)
      current = undefined
      setShown((before) => {
        if (before !== undefined) readAt = performance.now()
        return undefined
      })
    }
    const look = (target: EventTarget | null) => {
      const found = target instanceof Element ? target.closest<HTMLElement>('[data-tooltip]') : null
      if (found === current || (found === null && current === undefined)) return
      leave()
      if (found === null) return
      current = found
      popup.ask()
      timer = setTimeout(() => setShown(found), performance.now() - readAt < readingMs ? 0 : waitMs)
    }

    addEventListener('pointerover', (event) => event.pointerType === 'mouse' && look(event.target), options)
    addEventListener('pointerout', (event) => event.relatedTarget === null && leave(), options)
    addEventListener('focusin', ({ target }) => isSeenFocus(target) && look(target), options)
    for (const end of ['focusout', 'pointerdown', 'keydown', 'scroll', 'wheel', 'blur']) {
      addEventListener(end, leave, options)
    }
    return () => {
      leave()
      listeners.abort()
    }
  }, [])

  return shown
}

/** It came by keyboard. */
function isSeenFocus(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(':focus-visible')
}
