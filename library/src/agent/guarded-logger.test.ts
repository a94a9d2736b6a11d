import { expect, it } from 'vitest'
import { guardLogger } from './guarded-logger.ts'
import type { Logger } from './ports.ts'

it('keeps a line whose error cannot be written down, and a broken logger to itself', () => {
  const written: unknown[] = []
  const write = ({ err, runId }: { readonly err?: unknown; readonly runId?: string }, message: string): void => {
    if (runId === undefined) throw new Error('the disk is gone')
    written.push([err instanceof Error ? err.message : err, runId, message])
  }
  const logger = guardLogger({ debug: write, info: write, warn: write, error: write } satisfies Logger)
  const unreadable = Object.defineProperty(new Error(), 'message', {
    get() {
      throw new Error('boom')
    },
  })

  logger.info({ err: unreadable, runId: 'run_1' }, 'A tool failed')
  logger.error({}, 'Nobody hears this')

  expect(written).toEqual([['an error that cannot be written down', 'run_1', 'A tool failed']])
})
