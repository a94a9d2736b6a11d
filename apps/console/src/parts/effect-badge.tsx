import { Eye, PencilLine, Trash2 } from 'lucide-react'
import type { Effect } from 'toolcrib/protocol'
import { Badge, type Tone } from '../kit/badge.tsx'
import type { Icon } from '../kit/icon.ts'

interface Look {
  readonly icon: Icon
  readonly tone: Tone
  readonly word: string
  readonly words: string
}

const looks: Readonly<Record<Effect, Look>> = {
  read: { icon: Eye, tone: 'neutral', word: 'reads', words: 'Only reads' },
  write: { icon: PencilLine, tone: 'warn', word: 'changes', words: 'Changes something' },
  destructive: { icon: Trash2, tone: 'bad', word: 'destroys', words: 'Destroys something' },
}

export interface EffectBadgeProps {
  readonly effect: Effect
  /** In words, for who decides about a call. Default: in one word. */
  readonly inWords?: boolean
  /** The tool is a client's, and nobody here has looked. */
  readonly offered?: boolean
}

/** What a call of a tool would do to the world, as the tool declares. */
export function EffectBadge({ effect, inWords = false, offered = false }: EffectBadgeProps) {
  const { icon, tone, word, words } = looks[effect]
  const told = inWords ? words : word
  return (
    // What asks for a decision stands on a tinted ground, on which a tinted badge could not be read.
    <Badge icon={icon} tone={tone} className={inWords ? 'shrink-0 border bg-card!' : 'shrink-0'}>
      {offered ? `Says: ${told.toLowerCase()}` : told}
    </Badge>
  )
}
