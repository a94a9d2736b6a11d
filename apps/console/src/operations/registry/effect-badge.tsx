/** What a call of a tool does to the world. */
import { Eye, Flame, Pencil } from 'lucide-react'
import type { Effect } from 'toolcrib/protocol'
import { Badge, type Tone } from '../../kit/badge.tsx'
import type { Icon } from '../../kit/icon.ts'

const looks: Readonly<Record<Effect, { readonly icon: Icon; readonly tone: Tone; readonly word: string }>> = {
  read: { icon: Eye, tone: 'neutral', word: 'reads' },
  write: { icon: Pencil, tone: 'primary', word: 'writes' },
  destructive: { icon: Flame, tone: 'bad', word: 'destroys' },
}

export function EffectBadge({ effect }: { readonly effect: Effect }) {
  const { icon, tone, word } = looks[effect]
  return (
    <Badge icon={icon} tone={tone} className="shrink-0">
      {word}
    </Badge>
  )
}
