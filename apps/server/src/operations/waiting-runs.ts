/**
 * How many runs wait for a person, as the store knows them. The law: the store is asked at most every few seconds, and its
 * silence is told as such.
 *
 * @module
 */
import type { AdministrationStore, Clock, Logger } from 'toolcrib/agent'
import type { NowReport } from 'toolcrib/operations'

export interface WaitingRuns {
  read(): Promise<NowReport['waiting']>
}

export interface WaitingRunsOptions {
  readonly administration: Pick<AdministrationStore, 'runs'>
  readonly clock: Clock
  readonly logger: Logger
}

const keptMs = 3_000
const maxCounted = 200

export function createWaitingRuns({ administration, clock, logger }: WaitingRunsOptions): WaitingRuns {
  let asked: { readonly at: number; readonly answer: Promise<NowReport['waiting']> } | undefined

  async function ask(): Promise<NowReport['waiting']> {
    try {
      const { runs, next } = await administration.runs({ tenant: null, state: 'waiting', limit: maxCounted })
      return { runs: runs.length, more: next !== null }
    } catch (err) {
      logger.warn({ err }, 'the store did not say how many runs wait')
      return null
    }
  }

  return {
    read() {
      const at = clock.monotonic()
      if (asked === undefined || at - asked.at >= keptMs) asked = { at, answer: ask() }
      return asked.answer
    },
  }
}
