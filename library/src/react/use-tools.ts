/** The tools that an agent holds for this user, on this connection. @module */
import { useCallback, useMemo } from 'react'
import type { Client } from '../client/client.ts'
import type { ToolInfo } from '../protocol/frames.ts'
import type { Failure } from '../protocol/vocabulary.ts'
import { useAsked } from './use-asked.ts'

export interface ShownTools {
  /** Undefined until the server has answered for this agent. */
  readonly tools: readonly ToolInfo[] | undefined
  readonly problem: Failure | undefined
  readonly askAgain: () => void
}

/** @param agent - Its name. Default: the server's first. */
export function useTools(agent?: string): ShownTools {
  const ask = useCallback(
    async (client: Client) => {
      const choice = agent === undefined ? {} : { agent }
      return (await client.command<'tools.list'>({ type: 'tools.list', ...choice })).tools
    },
    [agent],
  )
  const { answer, isOfAnother, problem, askAgain } = useAsked({ ask })
  return useMemo(
    () => ({ tools: isOfAnother ? undefined : answer, problem, askAgain }),
    [answer, isOfAnother, problem, askAgain],
  )
}
