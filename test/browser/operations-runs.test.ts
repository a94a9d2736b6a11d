/** The operations page of runs, in a real browser on a real server whose store already holds what happened. */
import type { Browser, Page } from 'playwright-core'
import { defineTool } from 'toolcrib'
import type { Store } from 'toolcrib/agent'
import { createId, type RunEvent } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import { createScriptedModel } from 'toolcrib/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { type ServerFixture, startFixture } from '../../apps/server/src/server.fixture.ts'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { say } from './console-page.ts'

const usage = { inputTokens: 10, outputTokens: 5 }
const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
const erase = defineTool({
  name: 'erase_everything',
  description: 'Erase everything.',
  input: z.object({}),
  effect: 'destructive',
  execute: () => 'erased',
})

interface Told {
  readonly user: string
  readonly text: string
  /** Each with the milliseconds after the message at which it came. */
  readonly events: (runId: string) => readonly (readonly [number, RunEvent])[]
}

/** A run as it happened an hour ago. */
async function tell(store: Store, { user, text, events }: Told): Promise<string> {
  const owner = { tenant: 'local', user }
  const [threadId, runId] = [createId('thr'), createId('run')]
  const at = Date.now() - 3_600_000
  await store.threads.create(owner, { threadId, title: text, at })
  await store.runs.accept(owner, {
    runId,
    threadId,
    messageId: createId('msg'),
    agent: 'assistant',
    principal: { ...owner, name: user, roles: ['user'], scopes: [] },
    parts: [{ type: 'text', text }],
    idempotencyKey: 'key',
    node: 'node_1',
    at,
    leaseMs: 1e9,
    maxRunsPerUser: 10,
  })
  const fence = { runId, epoch: 1 }
  for (const [after, event] of events(runId)) {
    await store.events.append(owner, threadId, { fence, at: at + after, events: [event] })
  }
  return runId
}

function began(runId: string, attempt = 1): RunEvent {
  return { type: 'agent_started', runId, agent: 'assistant', attempt, model: 'scripted', manifest: 'm' }
}

function stepped(runId: string, step: number, calls: readonly (readonly [string, string])[]): RunEvent {
  const requested = calls.map(([callId, tool]) => ({ callId, tool, input: { of: callId } }))
  return { type: 'step_completed', runId, step, finish: calls.length > 0 ? 'calls' : 'stop', calls: requested, usage }
}

function executing(runId: string, callId: string, tool: string): RunEvent {
  const input = { of: callId }
  return { type: 'tool_executing', runId, step: 1, callId, tool, input, effect: 'read', fingerprint: `print_${tool}` }
}

function done(runId: string, callId: string, tool: string): RunEvent {
  const output = `${callId} ${hostile}`
  return { type: 'tool_completed', runId, step: 1, callId, tool, outcome: 'ok', output, durationMs: 5 }
}

function failed(runId: string, callId: string, tool: string): RunEvent {
  const error = { code: 'TOOL_FAILED', message: 'the well is dry', retry: 'never' } as const
  return { type: 'tool_completed', runId, step: 1, callId, tool, outcome: 'failed', error, durationMs: 5 }
}

function ended(runId: string, outcome: 'completed' | 'failed' = 'completed'): RunEvent {
  const message = { messageId: createId('msg'), parts: [{ type: 'text', text: 'All is **done**.' }] } as const
  return { type: 'agent_completed', runId, outcome, message, usage: { ...usage, calls: 2 }, steps: 2, durationMs: 900 }
}

const troubled: Told = {
  user: 'ann',
  text: 'Look at two wells',
  events: (runId) => [
    [5, began(runId)],
    [6, { type: 'agent_thinking', runId, step: 1 }],
    [10, { type: 'agent_message', runId, step: 1, delta: 'I look.' }],
    [
      20,
      stepped(runId, 1, [
        ['call_a', 'first_well'],
        ['call_b', 'second_well'],
      ]),
    ],
    [21, executing(runId, 'call_a', 'first_well')],
    [22, executing(runId, 'call_b', 'second_well')],
    [60, failed(runId, 'call_b', 'second_well')],
    [80, done(runId, 'call_a', 'first_well')],
    [81, { type: 'agent_thinking', runId, step: 2 }],
    [400, began(runId, 2)],
    [401, { type: 'agent_rewound', runId, step: 2, reason: 'its node was lost' }],
    [402, { type: 'agent_thinking', runId, step: 2 }],
    [700, { type: 'agent_message', runId, step: 2, delta: 'All is **done**.' }],
    [800, stepped(runId, 2, [])],
    [900, ended(runId)],
  ],
}

const callIds = Array.from({ length: 200 }, (_, index) => `call_${index + 1}`)
const busy: Told = {
  user: 'bob',
  text: 'Read 200 pages',
  events: (runId) => [
    [5, began(runId)],
    [6, { type: 'agent_thinking', runId, step: 1 }],
    [
      10,
      stepped(
        runId,
        1,
        callIds.map((callId) => [callId, 'read_page'] as const),
      ),
    ],
    ...callIds.map((callId, index) => [11 + index, executing(runId, callId, 'read_page')] as const),
    ...callIds.map((callId, index) => [300 + index, done(runId, callId, 'read_page')] as const),
    [600, ended(runId)],
  ],
}

const pieces = Array.from({ length: 9_997 }, (_, index) => index)
const long: Told = {
  user: 'carol',
  text: 'Write a book',
  events: (runId) => [
    [5, began(runId)],
    ...pieces.map((index) => [6 + index, { type: 'agent_message', runId, step: 1, delta: `w${index} ` }] as const),
    [20_000, ended(runId, 'failed')],
  ],
}

describe.runIf(mayRun(noBrowser))('the runs of the house', { timeout: 60_000 }, () => {
  let browser: Browser
  let house: ServerFixture
  let gate = Promise.withResolvers<void>()
  const runs = { troubled: '', busy: '', long: '' }

  beforeAll(async () => {
    browser = await launchChromium()
    const store = createMemoryStore()
    runs.troubled = await tell(store, troubled)
    runs.busy = await tell(store, busy)
    runs.long = await tell(store, long)
    const model = createScriptedModel(
      ({ messages }) =>
        messages.at(-1)?.role === 'user'
          ? { text: 'May I?', calls: [{ tool: 'erase_everything', input: {} }] }
          : { text: ['The beginning', ' and the end.'], gate: gate.promise },
      { record: false },
    )
    const policy = { allow: [{ roles: ['user'], tools: ['*'] }] }
    const parts = { store, model, consoleFolder: inject('consoleFolder') }
    house = await startFixture({ config: { tools: [erase], policy }, parts })
  }, 60_000)

  afterAll(async () => {
    gate.resolve()
    await browser?.close()
    await house?.[Symbol.asyncDispose]()
  })

  const signIn = async (name: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage()
    await page.goto(house.url)
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Message').waitFor()
    return page
  }
  const goTo = async (page: Page, address: string): Promise<void> => {
    await page.goto(`${house.url}/#/operations/${address}`)
  }
  const complaints = async (page: Page) =>
    (await (await axeOf(page)).analyze()).violations.map(({ id, nodes }) => ({
      id,
      where: nodes.map(({ html }) => html),
    }))

  it('are listed with who, what and how it ended, and found by what the address says [WEB-03]', async () => {
    const page = await signIn('olga')
    await goTo(page, 'runs')
    const rows = page.getByRole('row')
    await page.getByRole('link', { name: 'ann' }).waitFor()

    expect(await rows.filter({ hasText: 'ann' }).textContent()).toMatch(/Completed[\s\S]*assistant[\s\S]*1 hour ago/)
    await page.getByLabel('State').click()
    await page.getByRole('option', { name: 'Failed' }).click()
    await page.getByRole('link', { name: 'ann' }).waitFor({ state: 'detached' })
    expect(page.url()).toContain('state=failed')
    await page.reload()
    await page.getByRole('link', { name: 'carol' }).waitFor()
    expect(await page.getByRole('link', { name: 'ann' }).count()).toBe(0)
    await page.getByRole('textbox', { name: 'User' }).fill('nobody')
    await page.getByText('No run fits').waitFor()
    await page.context().close()
  })

  it('are opened one by one: who, what it used, and each step and call on an axis of time [WEB-03]', async () => {
    const page = await signIn('olga')
    await goTo(page, 'runs?user=ann')
    await page.getByRole('link', { name: 'ann' }).click()
    await page.getByRole('heading', { name: 'Run of ann' }).waitFor()

    const rows = page.getByRole('listbox', { name: 'Steps and calls' }).getByRole('option')

    await rows.first().waitFor()
    expect(await rows.evaluateAll((all) => all.map((row) => row.querySelector('.sr-only')?.textContent))).toEqual([
      'Step 1, made, +6 ms, took 14 ms',
      'Call of first_well, done, +20 ms, took 60 ms',
      'Call of second_well, failed, +20 ms, took 40 ms',
      'Step 2, void, made again, +81 ms, took 320 ms',
      'Step 2, made, +402 ms, took 398 ms',
    ])
    expect(await page.getByText('Taken over: attempt 2').count()).toBe(1)
    expect(await page.locator('dl').first().textContent()).toMatch(/30 tokens[\s\S]*2 steps[\s\S]*2 calls[\s\S]*node_1/)
    await page.context().close()
  })

  it('show what went into a call and what came out, by keyboard alone, and run nothing of it [WEB-03]', async () => {
    const page = await signIn('olga')
    await goTo(page, `runs/${runs.troubled}`)
    await page.getByRole('listbox', { name: 'Steps and calls' }).focus()

    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const output = await page.getByRole('region', { name: 'Output' }).textContent()
    await page.keyboard.press('ArrowDown')

    expect(output).toContain(hostile)
    await page.getByText('the well is dry').waitFor()
    expect(await page.getByRole('region', { name: 'second_well' }).textContent()).toContain('print_second_well')
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    await page.context().close()
  })

  it('of 200 calls stay readable: only what is in sight is drawn, and the last is one key away [WEB-03]', async () => {
    const page = await signIn('olga')
    await goTo(page, `runs/${runs.busy}`)
    const list = page.getByRole('listbox', { name: 'Steps and calls' })
    await list.getByRole('option').first().waitFor()

    const drawn = await list.getByRole('option').count()
    await list.press('End')
    const last = page.getByRole('option', { selected: true })

    expect(drawn).toBeLessThan(80)
    expect(await last.getAttribute('aria-posinset')).toBe('201')
    expect(await last.evaluate((row) => row.getBoundingClientRect().height)).toBe(32)
    await page.getByRole('region', { name: 'Output' }).getByText('call_200').waitFor()
    await page.context().close()
  })

  it('have a log of 10,000 events that is drawn in part, and filtered by type [WEB-03]', async () => {
    const page = await signIn('olga')
    await goTo(page, `runs/${runs.long}?view=log`)
    await page.getByRole('status').filter({ hasText: '10,000 events' }).waitFor()
    const list = page.getByRole('listbox', { name: 'Events' })

    const drawn = await list.getByRole('option').count()
    await list.press('End')
    await page.getByRole('heading', { name: 'Event 10000' }).waitFor()
    await page.getByRole('combobox', { name: 'Events' }).click()
    await page.getByRole('option', { name: 'agent_started (1)' }).click()

    expect(drawn).toBeLessThan(80)
    await page.getByRole('status').filter({ hasText: '1 event' }).waitFor()
    expect(await list.getByRole('option').count()).toBe(1)
    await page.context().close()
  })

  it('that end in the middle of a step do not say that it was made [WEB-03]', async () => {
    const page = await signIn('olga')
    await goTo(page, `runs/${runs.long}`)

    await page.getByRole('option', { name: /^Step 1, not finished/ }).waitFor()
    await page.context().close()
  })

  it('are replayed as their person saw them, from the beginning, or at once to the end [WEB-03]', async () => {
    const page = await signIn('olga')
    await goTo(page, `runs/${runs.troubled}?view=replay`)
    const scene = page.getByRole('region', { name: 'The conversation as it was' })
    await scene.getByText('Look at two wells').waitFor()

    expect(await scene.getByText('All is done.').count()).toBe(0)
    await page.getByRole('button', { name: 'Play' }).click()
    await scene.getByText('All is done.').waitFor()
    await page.getByRole('button', { name: 'Play' }).waitFor()
    await page.getByRole('slider', { name: 'Position' }).press('Home')
    await scene.getByText('All is done.').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'To the end' }).click()
    await scene.getByText('All is done.').waitFor()
    expect(await scene.locator('[data-tool="second_well"]').getAttribute('data-outcome')).toBe('failed')
    await page.context().close()
  })

  it('are followed as they go on, and whoever looks on is asked nothing [WEB-03]', async () => {
    const [person, page] = [await signIn('pat'), await signIn('olga')]
    await say(person, 'please erase it')
    await person.getByRole('button', { name: 'Approve' }).waitFor()
    await goTo(page, 'runs?user=pat')
    await page.getByText('Waits for a person').waitFor()
    await page.getByRole('link', { name: 'pat' }).click()
    await page.getByRole('tab', { name: 'Replay' }).click()
    await page.locator('[data-tool="erase_everything"]').waitFor()

    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
    await person.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('The beginning').waitFor()
    gate.resolve()
    await page.getByText('The beginning and the end.').waitFor()
    await page.getByRole('heading', { name: 'Run of pat' }).locator('..').getByText('Completed').waitFor()
    gate = Promise.withResolvers()
    await person.context().close()
    await page.context().close()
  })

  it('that are not there say so [WEB-03]', async () => {
    const page = await signIn('olga')
    await goTo(page, 'runs/run_none')

    await page.getByText('There is no such run').waitFor()
    await page.context().close()
  })

  it.each(['light', 'dark'] as const)('give axe nothing to complain of, in %s [WEB-04]', async (colorScheme) => {
    const page = await signIn('olga', { colorScheme })
    await goTo(page, 'runs')
    await page.getByRole('link', { name: 'ann' }).waitFor()
    const ofList = await complaints(page)
    await goTo(page, `runs/${runs.troubled}`)
    await page.getByRole('option', { name: /second_well/ }).click()
    const ofWaterfall = await complaints(page)
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByRole('option').nth(3).click()
    const ofLog = await complaints(page)
    await page.getByRole('tab', { name: 'Replay' }).click()
    await page.getByRole('button', { name: 'To the end' }).click()

    const found = { ofList, ofWaterfall, ofLog, ofReplay: await complaints(page) }
    expect(found).toEqual({ ofList: [], ofWaterfall: [], ofLog: [], ofReplay: [] })
    await page.context().close()
  })

  it.each(['runs', 'run', 'log', 'replay'])('fit on a phone: %s is no wider than 360 px [WEB-04]', async (which) => {
    const addresses = new Map([
      ['runs', 'runs'],
      ['run', `runs/${runs.busy}`],
      ['log', `runs/${runs.busy}?view=log`],
      ['replay', `runs/${runs.busy}?view=replay`],
    ])
    const page = await signIn('olga', { viewport: { width: 360, height: 740 } })
    await goTo(page, addresses.get(which) ?? '')
    await page.getByText('bob').first().waitFor()

    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    expect(await page.getByRole('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0)
    await page.context().close()
  })
})
