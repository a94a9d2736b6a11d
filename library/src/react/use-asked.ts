/**
 * What the server was asked, and is asked again whenever it hints that the answer changed, and when the line is back. The
 * law: an answer that a later question has overtaken is not shown, and none of another client ever is. @module
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Client } from '../client/client.ts'
import type { Failure } from '../protocol/vocabulary.ts'
import { failureOf } from './errors.ts'
import { usePageState } from './page-state.ts'
import { useConnection } from './use-connection.ts'

export interface Asked<T> {
  /** The last answer; undefined: there is none yet. */
  readonly answer: T | undefined
  /** It answers another question than the one that is asked now. */
  readonly isOfAnother: boolean
  /** Why the last question was not answered. What was answered before stays. */
  readonly problem: Failure | undefined
  readonly askAgain: () => void
}

export interface Question<T> {
  /** Contract: the same function as long as it asks the same. */
  readonly ask: (client: Client) => Promise<T>
  /** What says that the answer changed. Contract: the same function, always. */
  readonly changes?: (client: Client, changed: () => void) => Disposable
}

interface Held<T> {
  readonly client: Client
  readonly ask: Question<T>['ask']
  readonly answer?: T
  readonly problem?: Failure
}

export function useAsked<T>({ ask, changes }: Question<T>): Asked<T> {
  const { client } = usePageState('useAsked')
  const isOpen = useConnection().status.state === 'open'
  const [held, setHeld] = useState<Held<T>>()
  const asked = useRef(0)

  const askAgain = useCallback(() => {
    const mine = ++asked.current
    ask(client).then(
      (answer) => {
        if (mine === asked.current) setHeld({ client, ask, answer })
      },
      (error: unknown) => {
        const problem = failureOf(error)
        if (mine === asked.current)
          setHeld((before) => (before?.client === client ? { ...before, problem } : { client, ask, problem }))
      },
    )
  }, [client, ask])

  useEffect(() => {
    if (!isOpen) return
    askAgain()
    const subscription = changes?.(client, askAgain)
    return () => {
      asked.current += 1
      subscription?.[Symbol.dispose]()
    }
  }, [client, isOpen, askAgain, changes])

  return useMemo(() => {
    const own = held?.client === client ? held : undefined
    return { answer: own?.answer, isOfAnother: own?.ask !== ask, problem: own?.problem, askAgain }
  }, [held, client, ask, askAgain])
}
