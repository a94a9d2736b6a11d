/**
 * The plan for one message. A pure function of the conversation, the tools and the time, so it is the same before and
 * after a restart.
 *
 * @module
 */
import type { FillOptions } from './argument.ts'
import type { Turn } from './conversation.ts'
import { answerOpen } from './open-question.ts'
import { planText } from './plan-text.ts'
import type { Plan } from './task.ts'
import type { ToolIndex } from './tool-index.ts'

export function planTurn(turns: readonly Turn[], index: ToolIndex, options: FillOptions): Plan {
  const turn = turns.at(-1)
  if (!turn) return { tasks: [], left: 0 }
  const earlier = turns.slice(0, -1)
  const answered = answerOpen(turn.text, { index, options, earlier })
  if (answered) return answered
  return planText(turn.text, { index, options, earlier })
}
