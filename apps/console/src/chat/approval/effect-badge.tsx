import { Eye, PencilLine, Trash2 } from 'lucide-react'
import type { Effect } from 'toolcrib/protocol'
import { Badge, type Tone } from '../../kit/badge.tsx'
import type { Icon } from '../../kit/icon.ts'

const looks: Readonly<Record<Effect, readonly [words: string, tone: Tone, icon: Icon]>> = {
  read: ['Only reads', 'neutral', Eye],
  write: ['Changes something', 'warn', PencilLine],
  destructive: ['Destroys something', 'bad', Trash2],
}

/** What a call would do to the world, as its tool declares. */
export function EffectBadge({ effect }: { readonly effect: Effect }) {
  const [words, tone, icon] = looks[effect]
  return (
    <Badge tone={tone} icon={icon} className="shrink-0">
      {words}
    </Badge>
  )
}
