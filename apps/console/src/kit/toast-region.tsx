/** Where notes are shown. */
import { Toast as Base } from '@base-ui/react/toast'
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { IconButton } from './icon-button.tsx'
import type { Toasts } from './toast.tsx'

interface Told {
  readonly tone: 'neutral' | 'good' | 'bad'
}

export interface ShownToastsProps {
  /** Called once, as soon as something can be shown in it. */
  readonly onReady: (toasts: Toasts) => void
}

export function ShownToasts({ onReady }: ShownToastsProps) {
  const manager = useMemo(() => Base.createToastManager<Told>(), [])
  const toasts = useMemo(() => createToasts(manager), [manager])

  // After what is below has begun to listen.
  useEffect(() => onReady(toasts), [onReady, toasts])

  return (
    <Base.Provider limit={3} toastManager={manager}>
      <Base.Portal>
        <Base.Viewport
          aria-label="Notes"
          className="fixed inset-x-4 bottom-24 z-60 mx-auto flex max-w-sm flex-col gap-2 sm:right-4 sm:left-auto sm:w-96"
        >
          <Shown />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function createToasts({ add, close }: Pick<ReturnType<typeof Base.createToastManager<Told>>, 'add' | 'close'>): Toasts {
  return {
    show({ title, description, tone = 'neutral', action, timeoutMs = 5_000, onClose }) {
      const id = add({
        title,
        ...(description === undefined ? {} : { description }),
        priority: tone === 'bad' ? 'high' : 'low',
        timeout: timeoutMs,
        data: { tone },
        ...(onClose === undefined ? {} : { onClose }),
        ...(action === undefined
          ? {}
          : {
              actionProps: {
                children: action.label,
                onClick: () => {
                  action.onPress()
                  close(id)
                },
              },
            }),
      })
      return () => close(id)
    },
  }
}

const pictures = { neutral: undefined, good: CircleCheck, bad: CircleAlert } as const

function Shown() {
  const { toasts } = Base.useToastManager<Told>()
  return toasts.map((toast) => {
    const tone = toast.data?.tone ?? 'neutral'
    const Picture = pictures[tone]
    return (
      <Base.Root
        key={toast.id}
        toast={toast}
        data-toast=""
        // Base UI hides one that is read out at once from screen readers; its buttons are for them as well.
        aria-hidden={false}
        className="rounded-xl border bg-popover text-popover-foreground shadow-popup transition-[opacity,translate] duration-200 select-none data-ending-style:translate-y-2 data-ending-style:opacity-0 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0"
      >
        <Base.Content className="flex items-center gap-3 py-2.5 ps-4 pe-2.5">
          {Picture !== undefined && (
            <Picture aria-hidden="true" className={`size-4 shrink-0 ${tone === 'bad' ? 'text-bad' : 'text-good'}`} />
          )}
          <div className="min-w-0 flex-1">
            <Base.Title dir="auto" className="line-clamp-2 text-sm font-medium [overflow-wrap:anywhere]" />
            <Base.Description className="mt-0.5 text-sm text-muted-foreground [overflow-wrap:anywhere]" />
          </div>
          <Base.Action className="min-h-8 shrink-0 rounded-lg px-2.5 text-sm font-medium text-primary hover:bg-accent" />
          {/* Base UI shows it to a screen reader only while the region has the focus; it may always close it. */}
          <Base.Close aria-hidden={false} render={<IconButton label="Close this note" icon={X} />} />
        </Base.Content>
      </Base.Root>
    )
  })
}
