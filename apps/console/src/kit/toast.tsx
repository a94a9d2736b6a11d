/** Short notes at the edge of the page, one region for all. What matters longer than they stand is said in its place, too. */
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { NotLoaded } from './not-loaded.tsx'
import { createOnDemand, useOnDemand } from './on-demand.tsx'

export interface ToastOptions {
  readonly title: string
  readonly description?: string
  /** `bad` is read out at once. Default `neutral`. */
  readonly tone?: 'neutral' | 'good' | 'bad'
  readonly action?: { readonly label: string; readonly onPress: () => void }
  /** How long it stands, while nobody points at it. Default 5,000; 0: until it is closed. */
  readonly timeoutMs?: number
  /** However it went: by time, by its cross, or by `close`. */
  readonly onClose?: () => void
  /** In the place of `onClose`, when it could not be shown at all. */
  readonly onUnseen?: () => void
}

export interface Toasts {
  /** Answers what closes it. */
  show(options: ToastOptions): () => void
}

/** What was to be shown before there was a region to show it in, in order. */
interface WaitingToasts extends Toasts {
  readonly showIn: (toasts: Toasts) => void
  /** There will be none: all are gone unseen. */
  readonly giveUp: () => void
}

const region = createOnDemand(async () => (await import('./toast-region.tsx')).ShownToasts)
const ToastContext = createContext<Toasts | undefined>(undefined)

export function useToast(): Toasts {
  const toasts = useContext(ToastContext)
  if (toasts === undefined) throw new Error('Expected a ToastRegion above')
  return toasts
}

/** Once in the page, around all that may show one. It is loaded with the first. */
export function ToastRegion({ children }: { readonly children: ReactNode }) {
  const toasts = useMemo(createWaitingToasts, [])
  const { part: Shown, failed } = useOnDemand(region)

  useEffect(() => {
    if (failed) toasts.giveUp()
  }, [failed, toasts])

  return (
    <ToastContext value={toasts}>
      {children}
      {Shown !== undefined && <Shown onReady={toasts.showIn} />}
      {failed && <NotLoaded onClose={region.ask} />}
    </ToastContext>
  )
}

function createWaitingToasts(): WaitingToasts {
  let shownIn: Toasts | undefined
  const waiting = new Map<ToastOptions, { close: () => void }>()

  return {
    show(options) {
      if (shownIn !== undefined) return shownIn.show(options)
      const handle = {
        close() {
          waiting.delete(options)
          options.onClose?.()
        },
      }
      waiting.set(options, handle)
      region.ask()
      return () => handle.close()
    },
    showIn(toasts) {
      shownIn = toasts
      for (const [options, handle] of waiting) handle.close = toasts.show(options)
      waiting.clear()
    },
    giveUp() {
      const unseen = [...waiting.keys()]
      waiting.clear()
      for (const { onUnseen, onClose } of unseen) (onUnseen ?? onClose)?.()
    },
  }
}
