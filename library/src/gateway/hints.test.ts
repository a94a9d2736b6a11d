import { expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createHints } from './hints.ts'

it('come at once, and however much changes, at most four a second of each kind; the last change is told [RUN-08]', async () => {
  const clock = createManualClock()
  const sent: string[] = []
  const send = (hint: string): void => void sent.push(hint)
  using hints = createHints({ clock, whenRead: (then) => then(), send })

  for (const hint of ['threads', 'approvals', 'approvals', 'approvals']) hints.give(hint)
  const first = [...sent]
  await clock.advance(250)
  const second = sent.slice(first.length)
  await clock.advance(10_000)
  hints.give('approvals')

  expect(first).toEqual(['threads', 'approvals'])
  expect(second).toEqual(['approvals'])
  expect(sent).toEqual(['threads', 'approvals', 'approvals', 'approvals'])
})

it('wait for whoever does not read, one of each kind, and leave nothing behind', async () => {
  const clock = createManualClock()
  const sent: string[] = []
  const reading: (() => void)[] = []
  const hints = createHints({
    clock,
    whenRead: (then) => void reading.push(then),
    send: (hint: string) => void sent.push(hint),
  })

  hints.give('approvals')
  hints.give('approvals')
  const waiting = reading.length
  reading[0]?.()
  hints.give('approvals')
  hints[Symbol.dispose]()
  await clock.advance(10_000)
  reading[1]?.()

  expect(waiting).toBe(1)
  expect(sent).toEqual(['approvals'])
})
