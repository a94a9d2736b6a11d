import { expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer } from '../testing/server.ts'
import { openPage, probe, under } from './page.fixture.ts'
import { type ShownRun, useRun } from './use-run.ts'

interface Props {
  readonly threadId: string
  readonly runId?: string
}

it('shows the newest run of a thread or the one that is named, tells how long it takes, and stops it', async () => {
  const gate = Promise.withResolvers<void>()
  const model = createScriptedModel([{ text: 'At once.' }, { text: 'For ever', gate: gate.promise }])
  await using server = await startTestServer({ model })
  const client = server.connect('ann')
  const clock = createManualClock(Date.now() + 3_600_000)
  const { threadId } = await client.createThread()
  const [newest, named] = [runProbe(), runProbe()]
  using page = openPage()
  page.show(under({ client, clock }, newest.with({ threadId })))

  const { runId } = await client.send(threadId, 'Be quick')
  const quick = await newest.seen.next(({ run }) => run?.status === 'completed')
  page.show(under({ client, clock }, newest.with({ threadId }), named.with({ threadId, runId })))
  await named.seen.next(({ run }) => run?.runId === runId)
  await client.send(threadId, 'Be slow')
  const slow = await newest.seen.next(({ run }) => run?.status === 'running' && run.steps.length > 0)
  const drawn = named.seen.records.length
  await clock.advance(5_000)
  const later = await newest.seen.next(({ elapsedMs }) => elapsedMs >= slow.elapsedMs + 5_000)
  const stopped = await later.stop()
  const ended = await newest.seen.next(({ run }) => run?.status === 'stopped')

  expect([quick.isActive, slow.isActive, stopped, ended.isActive]).toEqual([false, true, true, false])
  expect(quick.elapsedMs).toBe(quick.run?.durationMs)
  expect(await quick.stop()).toBe(false)
  // The other run changed, and this one did not.
  expect(named.seen.records.length).toBe(drawn)
})

function runProbe() {
  return probe<ShownRun, Props>(({ threadId, runId }) => useRun(threadId, runId))
}
