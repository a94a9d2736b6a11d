import { Eye, PencilLine, Trash2 } from 'lucide-react'
import type { Effect } from 'toolcrib/protocol'
import { type Tone, toneText } from '../../kit/badge.tsx'
import type { Icon } from '../../kit/icon.ts'

const looks: Readonly<Record<Effect, readonly [words: string, tone: Tone, icon: Icon]>> = {
  read: ['Only reads', 'neutral', Eye],
  write: ['Changes something', 'warn', PencilLine],
  destructive: ['Destroys something', 'bad', Trash2],
}

/** What a call would do to the world, as its tool declares. `offered`: the tool is a client's, and nobody here has looked. */
export function EffectBadge({ effect, offered }: { readonly effect: Effect; readonly offered: boolean }) {
  const [words, tone, Picture] = looks[effect]
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1.5 rounded-full border bg-card px-2.5 py-0.5 text-xs font-medium ${toneText[tone]}`}
    >
      <Picture aria-hidden="true" className="size-3 shrink-0" />
      {offered ? `Says: ${words.toLowerCase()}` : words}
    </span>
  )
}
