/**
 * Which agent and model answer the next message: what was picked here, else what answered last, else what this person chose
 * last in this browser, else the server's own.
 */
import { useCallback, useMemo, useState } from 'react'
import type { RunView } from 'toolcrib/client'
import { useConnection } from 'toolcrib/react'
import { useUser } from '../../session/signed-in.ts'
import { type Agents, type Choice, findChoice, sentChoice } from './choices.ts'

export interface ChoiceState {
  readonly agents: Agents
  /** Undefined until the server has said what there is. */
  readonly choice: Choice | undefined
  readonly choose: (choice: Choice) => void
  /** For the next message. */
  readonly sent: Partial<Choice>
  /** For another version of a message: what answered it, unless something was picked since. */
  readonly sentAgain: (run: RunView) => Partial<Choice>
}

const none: Agents = []

/** @param last - What answered last in the thread. */
export function useChoice(last?: RunView): ChoiceState {
  const agents = useConnection().hello?.agents ?? none
  const key = `toolcrib.choice.${useUser()}`
  const [picked, setPicked] = useState<Choice>()
  const [remembered, setRemembered] = useState(() => recall(key))
  const choice =
    findChoice(agents, picked ?? {}) ??
    findChoice(agents, last ?? {}) ??
    findChoice(agents, remembered) ??
    findChoice(agents, { agent: agents[0]?.name })

  const choose = useCallback(
    (next: Choice) => {
      setPicked(next)
      setRemembered(next)
      remember(key, next)
    },
    [key],
  )
  const sentAgain = useCallback(
    (run: RunView) => sentChoice(agents, findChoice(agents, picked ?? {}) ?? findChoice(agents, run)),
    [agents, picked],
  )
  return useMemo(
    () => ({ agents, choice, choose, sent: sentChoice(agents, choice), sentAgain }),
    [agents, choice, choose, sentAgain],
  )
}

function recall(key: string): Partial<Choice> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    if (typeof kept !== 'object' || kept === null) return {}
    const { agent, model } = kept as Partial<Record<keyof Choice, unknown>>
    return typeof agent === 'string' && typeof model === 'string' ? { agent, model } : {}
  } catch {
    return {}
  }
}

function remember(key: string, choice: Choice): void {
  try {
    localStorage.setItem(key, JSON.stringify(choice))
  } catch {
    // A browser that keeps nothing: it is chosen again next time.
  }
}
