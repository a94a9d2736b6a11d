import type { Browser, Page } from 'playwright-core'
import { defineTool } from 'toolcrib'
import { agentTool, defineAgent, ModelError } from 'toolcrib/agent'
import { createScriptedModel } from 'toolcrib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

const probe = defineTool({
  name: 'probe',
  description: 'Probes a number.',
  input: z.object({ number: z.number() }),
  effect: 'read',
  execute: ({ number }) => {
    if (number % 70 === 7) throw new Error(`${number} is not to be had`)
    return { number, square: number ** 2 }
  },
})
const orders = defineTool({
  name: 'list_orders',
  description: 'Lists orders.',
  input: z.object({ customer: z.string() }),
  effect: 'read',
  execute: () => [
    { order: 1, total: 12.5 },
    { order: 2, total: 99 },
  ],
})
const allLines = defineTool({
  name: 'all_lines',
  description: 'Gives all lines.',
  input: z.object({}),
  effect: 'read',
  execute: () => 'a line that goes on\n'.repeat(10_000),
})
const finder = defineAgent({
  name: 'finder',
  description: 'Finds things.',
  instructions: 'Find things.',
  model: createScriptedModel(({ messages }) =>
    messages.at(-1)?.role === 'tool'
      ? { text: 'It is **there**.' }
      : { text: 'I look for it.', calls: [{ tool: 'probe', input: { number: 3 } }] },
  ),
  tools: ['probe'],
})
const imported = Promise.withResolvers<void>()
const importRows = defineTool({
  name: 'import_rows',
  description: 'Imports rows.',
  input: z.object({}),
  effect: 'read',
  async *execute() {
    yield { done: 250, total: 1_000, message: 'Row 250' }
    await imported.promise
    return 'imported'
  },
})
const written = [
  'Here it is:',
  '```ts\nconst answer: number = 42\n```',
  '| City | People |\n|---|---|\n| Oslo | 709,037 |',
  '- [x] one\n- [ ] two',
].join('\n\n')

describe.runIf(mayRun(noBrowser))('a conversation in the console', { timeout: 60_000 }, () => {
  let browser: Browser
  let room: ConsoleServer
  let broken = 0

  beforeAll(async () => {
    browser = await launchChromium()
    room = await startConsole({
      tools: [probe, orders, importRows, allLines, agentTool(finder)],
      contextTokens: 1_000_000,
      limits: { maxSteps: 4 },
      answer: (asked, isResult) => {
        if (asked.includes('for ever')) return { text: 'Again.', calls: [{ tool: 'probe', input: { number: 1 } }] }
        if (isResult) return undefined
        if (asked.includes('break off')) {
          broken++
          return broken < 3
            ? {
                text: 'What is lost',
                error: new ModelError('MODEL_OVERLOADED', { model: 'scripted', status: 529, attempts: 3 }),
              }
            : { text: 'It went well.' }
        }
        if (asked.includes('all lines')) return { calls: [{ tool: 'all_lines' }] }
        if (asked.includes('find it')) return { calls: [{ tool: 'finder', input: { message: 'Find it' } }] }
        if (asked.includes('code')) return { text: written }
        if (asked.includes('many')) {
          return { calls: Array.from({ length: 200 }, (_, number) => ({ tool: 'probe', input: { number } })) }
        }
        if (asked.includes('orders')) {
          return {
            calls: [
              { tool: 'list_orders', input: { customer: 'Acme' } },
              { tool: 'list_orders', input: { wrong: 1 } },
            ],
          }
        }
        return asked.includes('import') ? { calls: [{ tool: 'import_rows', input: {} }] } : undefined
      },
    })
  }, 60_000)

  afterAll(async () => {
    imported.resolve()
    await browser?.close()
    await room?.[Symbol.asyncDispose]()
  })

  const ended = (page: Page, count = 1) =>
    page
      .locator('[data-status="completed"]')
      .nth(count - 1)
      .waitFor()

  it('colours code, names its language, and copies it, and the whole answer as it was written [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ann')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const copied = () => page.evaluate(() => navigator.clipboard.readText())

    await say(page, 'show me code')
    await ended(page)
    const block = page.getByRole('figure', { name: 'Code: ts' })
    await block.locator('.hljs-keyword').first().waitFor()
    const colours = await block
      .locator('.hljs-keyword, .hljs-number')
      .evaluateAll((tokens) => new Set(tokens.map((token) => getComputedStyle(token).color)).size)
    await block.getByRole('button', { name: 'Copy the code' }).click()
    await block.getByRole('button', { name: 'Copied' }).waitFor()
    const code = await copied()
    await page.getByRole('button', { name: 'Copy the answer' }).click()
    await page.getByRole('button', { name: 'Copied' }).nth(1).waitFor()

    expect(colours).toBe(2)
    expect(code).toBe('const answer: number = 42')
    expect(await copied()).toBe(written)
    expect(await page.getByRole('checkbox', { name: 'Done' }).count()).toBe(1)
    expect((await (await axeOf(page)).analyze()).violations.map(({ id }) => id)).toEqual([])
    await page.context().close()
  })

  it('tells 200 calls on one line by outcome, and opens them [WEB-01]', async () => {
    const page = await room.signIn(browser, 'bea')

    await say(page, 'many calls')
    await ended(page)
    const group = page.locator('[data-calls="200"]')
    const told = await group.locator('> summary').textContent()
    const before = await group.locator('[data-tool]').count()
    await group.locator('> summary').click()
    await group.locator('[data-tool]').nth(199).waitFor({ state: 'attached' })
    await group.locator('[data-outcome="failed"] summary').first().click()
    await group.getByRole('group', { name: 'Error' }).getByText('7 is not to be had').waitFor()

    expect(told).toBe('200 calls: 197 done, 3 failed')
    expect(before).toBe(0)
    expect(await group.locator('[data-tool]').count()).toBe(200)
    await page.context().close()
  })

  it('shows lists as tables, what was wrong with arguments at its path, and what an answer took [WEB-01]', async () => {
    const page = await room.signIn(browser, 'cleo')

    await say(page, 'orders of Acme')
    await ended(page)
    await page.locator('[data-outcome="ok"] summary').click()
    await page.locator('[data-outcome="invalid"] summary').click()
    const cells = await page.getByRole('group', { name: 'Table' }).getByRole('cell').allTextContents()
    const error = await page.getByRole('group', { name: 'Error' }).textContent()
    await page.getByRole('button', { name: /2 calls: details/ }).click()
    const took = await page.getByRole('dialog', { name: 'What this answer took' }).textContent()

    expect(cells).toEqual(['1', '12.5', '2', '99'])
    expect(error).toMatch(/\/customer.*INPUT_INVALID/s)
    expect(took).toMatch(/Steps2.*Calls2.*Agentassistant.*Modelscripted/s)
    await page.context().close()
  })

  it('shows how far a call has come, and a way back to the newest for who scrolled up [WEB-01]', async () => {
    const page = await room.signIn(browser, 'dag')
    await page.setViewportSize({ width: 900, height: 500 })
    await say(page, 'show me code')
    await ended(page)
    await say(page, 'import it')
    const card = page.locator('[data-tool="import_rows"]')
    await card.getByText('250 of 1,000').waitFor()
    const share = await card.getByRole('progressbar', { name: 'Progress' }).getAttribute('value')

    await page.getByRole('log').evaluate((log) => log.parentElement?.scrollTo(0, 0))
    await page.getByRole('button', { name: 'To the newest' }).waitFor()
    imported.resolve()
    const newest = page.getByRole('button', { name: 'Something new' })
    await newest.click()
    await newest.waitFor({ state: 'detached' })
    await page.getByText('That is done.').waitFor()
    const fromEnd = await page
      .getByRole('log')
      .evaluate(({ parentElement: at }) => (at === null ? -1 : at.scrollHeight - at.scrollTop - at.clientHeight))

    expect(share).toBe('0.25')
    expect(fromEnd).toBeLessThan(2)
    await page.context().close()
  })

  it('folds a message of 100,000 characters, shows all of it on request, and says when one is too long [WEB-01]', async () => {
    const page = await room.signIn(browser, 'eli')
    const long = `begin ${'word '.repeat(19_998)}end`
    const message = page.locator('[data-role="user"]')

    await say(page, long)
    await ended(page)
    const folded = (await message.textContent()) ?? ''
    await page.getByRole('button', { name: /Show all 99,999 characters/ }).click()
    const whole = (await message.textContent()) ?? ''
    await page.getByLabel('Message').fill('x'.repeat(150_000))
    await page.getByText(/has 150,000 characters, the limit is/).waitFor()

    expect(folded.length).toBeLessThan(3_100)
    expect(whole).toBe(long)
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    await page.context().close()
  })

  it('renames the chat in its header, by keyboard alone, and forgets a change that was given up [WEB-04]', async () => {
    const page = await room.signIn(browser, 'fil')
    await say(page, 'hello')
    await ended(page)
    const rename = page.getByRole('button', { name: 'Rename this chat' })
    const field = page.getByRole('textbox', { name: 'Title of the chat' })

    await rename.focus()
    await page.keyboard.press('Enter')
    await field.fill('Given up')
    await page.keyboard.press('Escape')
    await rename.and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    await field.fill('A better name')
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: 'A better name', exact: true }).waitFor()
    expect(await page.title()).toContain('A better name')
    await page.context().close()
  })

  it('says of each tool where it comes from, what it does and who must agree, and finds it [WEB-01]', async () => {
    const page = await room.signIn(browser, 'gro')
    await page.getByRole('button', { name: 'Tools' }).click()
    const tools = page.locator('[data-tool-name]')
    await tools.first().waitFor()
    const origins = await page.getByRole('complementary', { name: 'Tools' }).getByRole('heading').allTextContents()

    await page.getByRole('searchbox', { name: 'Search the tools' }).fill('money send')
    await tools.nth(1).waitFor({ state: 'detached' })
    const told = await tools.textContent()
    await tools.locator('summary').click()
    await tools.getByText('Each call waits for user "vera" to agree.').waitFor()

    expect(origins).toEqual(['What this chat holds', expect.stringMatching(/^This server · \d+$/), 'This page · 1'])
    expect(told).toBe('send_moneyasks firstchangesSend money.')
    expect(await tools.getByRole('group', { name: 'Input schema' }).textContent()).toContain('amount')
    expect((await (await axeOf(page)).analyze()).violations.map(({ id }) => id)).toEqual([])
    await page.context().close()
  })

  it('tells in words of a limit that was reached, of a part that was begun again, and of a failure what to do [WEB-01]', async () => {
    const page = await room.signIn(browser, 'hal')
    const end = page.locator('[data-role="assistant"]').last()

    await say(page, 'break off twice')
    await ended(page)
    const begunAgain = await end.locator('[data-rewound]').textContent()
    const lost = await page.getByText('What is lost').count()
    await say(page, 'go on for ever')
    await page.locator('[data-status="limit_reached"]').waitFor()
    const limit = await end.locator('footer').textContent()
    const warnings = await page.getByText('Nearly used up').count()
    await say(page, 'overload')
    await page.locator('[data-status="failed"]').waitFor()
    const failure = await end.locator('footer').textContent()

    expect(begunAgain).toBe('A part was begun again 2 times, because the model broke off (MODEL_OVERLOADED).')
    expect([lost, warnings]).toEqual([0, 0])
    expect(limit).toMatch(/^A limit was reached: an answer may take 4 steps\..*send another message.*maxSteps/)
    expect(failure).toMatch(/^The answer failed\..*HTTP 529.*MODEL_OVERLOADED · Try again\./)
    expect((await (await axeOf(page)).analyze()).violations.map(({ id }) => id)).toEqual([])
    await page.context().close()
  })

  it('goes on after the server went away in the middle, and says so calmly [WEB-02]', async () => {
    const page = await room.signIn(browser, 'kim')
    await say(page, 'slow answer')
    await page.getByText('The beginning of a long answer').waitFor()

    const start = await room.stop()
    await start()
    await page.getByText('The server went away in the middle of this').waitFor()
    room.release()
    await ended(page)

    expect(await page.getByText('The beginning of a long answer').count()).toBe(1)
    await page.context().close()
  })

  it('shows the work of an agent within its card, and of a great output how much of it the model saw [WEB-01]', async () => {
    const page = await room.signIn(browser, 'leo')

    await say(page, 'find it')
    await ended(page)
    const within = await page.getByRole('region', { name: 'The agent finder' }).textContent()
    await say(page, 'all lines')
    await ended(page, 2)
    await page.locator('[data-tool="all_lines"] summary').click()
    await page.getByRole('group', { name: 'Output, cut from 200,000 bytes' }).waitFor()

    expect(within).toMatch(/I look for it\..*probe.*done.*It is there\./s)
    expect(await page.getByText(/The whole is kept at the server as out_/).count()).toBe(1)
    await page.context().close()
  })

  it('names the day of what was said on another one [WEB-01]', async () => {
    const page = await room.signIn(browser, 'max')
    const days = page.getByRole('log').getByText(/^(Today|Yesterday)$/)
    await say(page, 'hello')
    await ended(page)
    const today = await days.count()

    await page.clock.setSystemTime(Date.now() + 86_400_000)
    await page.reload()
    await days.waitFor()

    expect([today, await days.textContent()]).toEqual([0, 'Yesterday'])
    await page.context().close()
  })

  it('takes files wherever they are held over the page, and forgets those that are taken away [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ned')
    const hold = (type: 'dragenter' | 'dragleave') =>
      page.evaluate(`{
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File(['a'], 'a.txt'))
        document.querySelector('header').dispatchEvent(new DragEvent('${type}', { bubbles: true, cancelable: true, dataTransfer }))
      }`)

    await hold('dragenter')
    await page.getByText('Drop the files here').waitFor()
    await hold('dragleave')

    await page.getByText('Drop the files here').waitFor({ state: 'detached' })
    await page.context().close()
  })
})
