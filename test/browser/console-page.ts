/**
 * The console in a real browser, on a real server with a scripted model: what the tests of the page share.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page, ViewportSize } from 'playwright-core'
import { defineTool, type Tool } from 'toolcrib'
import { ModelError } from 'toolcrib/agent'
import type { Principal } from 'toolcrib/protocol'
import { createScriptedModel, type ScriptedStep } from 'toolcrib/testing'
import { inject } from 'vitest'
import { z } from 'zod'
import { parseConfig } from '../../apps/server/src/config.ts'
import { type RunningServer, startServer } from '../../apps/server/src/server.ts'

export interface ConsoleServer extends AsyncDisposable {
  /** Stops the server; what it answers starts it again, on the same port and data. */
  stop(): Promise<() => Promise<void>>
  /** Lets every answer go on that waits in the middle. */
  release(): void
  /** So many messages of this person, each answered, in a chat of their own; answers its thread's id. */
  chat(name: string, messages: number): Promise<string>
  /** Empty chats of this person with these titles, each newer than the one before. */
  threads(name: string, titles: readonly string[]): Promise<void>
  /** Of this person's chats, as the server has them, in alphabetical order. */
  titles(name: string): Promise<readonly string[]>
  /** Signs in as this person, in a browser profile of their own. */
  signIn(browser: Browser, name: string, viewport?: ViewportSize): Promise<Page>
  /** Where it is. */
  url(): string
}

const erase = defineTool({
  name: 'erase_everything',
  description: 'Erase everything.',
  input: z.object({ what: z.string() }),
  effect: 'destructive',
  execute: ({ what }) => `erased ${what}`,
})
const sendMoney = defineTool({
  name: 'send_money',
  description: 'Send money.',
  input: z.object({ to: z.string(), amount: z.number().max(1_000) }),
  effect: 'write',
  execute: ({ to, amount }) => `${amount} to ${to}`,
})
/** Money is sent when Vera, who keeps the books, agrees. */
const policy = {
  allow: [{ roles: ['user'], tools: ['*'] }],
  approve: ['effect:destructive', { tools: ['send_money'], by: { users: ['vera'] } }],
}
const budgets = [{ per: 'user', window: 'day', resource: 'calls', max: 1_000, tool: 'calculate' }] as const
const fail = defineTool({
  name: 'always_fails',
  description: 'Fail.',
  input: z.object({}),
  effect: 'read',
  execute: () => Promise.reject(new Error('the well is dry')),
})

export interface ConsoleServerOptions {
  /** Beside those that every test may use. */
  readonly tools?: readonly Tool[]
  /** The model's window. Default 16,000. */
  readonly contextTokens?: number
  /** Comes before the fixed answers; undefined: those. */
  readonly answer?: (asked: string, isResult: boolean) => ScriptedStep | undefined
  readonly limits?: Readonly<Record<string, number>>
}

export async function startConsole(options: ConsoleServerOptions = {}): Promise<ConsoleServer> {
  const { limits = {}, tools = [], answer = () => undefined, contextTokens = 16_000 } = options
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-browser-'))
  const consoleFolder = inject('consoleFolder')
  const config = parseConfig(
    { port: 0, dataFolder: join(folder, 'data'), tools: [erase, fail, sendMoney, ...tools], policy, budgets, limits },
    { env: { TOOLCRIB_LOG: 'silent' }, folder },
  )
  let gate = Promise.withResolvers<void>()
  const model = createScriptedModel(
    ({ instructions, messages }) =>
      instructions.startsWith('You sum up')
        ? { text: 'They **greeted** each other.' }
        : {
            usage: { inputTokens: 0, outputTokens: 0 },
            ...(answer(askedIn(messages), messages.at(-1)?.role === 'tool') ?? answerTo(messages, () => gate.promise)),
          },
    { record: false, contextTokens },
  )
  let server: RunningServer = await startServer(config, { model, consoleFolder })
  const { url, port } = server
  return {
    async stop() {
      await server.close({ drainMs: 0 })
      return async () => {
        server = await startServer({ ...config, port }, { model, consoleFolder })
      }
    },
    release() {
      gate.resolve()
      gate = Promise.withResolvers()
    },
    async chat(name, messages) {
      const { supervisor } = server
      const principal = person(name)
      const { threadId } = await supervisor.createThread(principal, { title: 'A long one' })
      for (let count = 1; count <= messages; count++) {
        const ended = Promise.withResolvers<void>()
        using _listening = supervisor.subscribe((notice) => {
          const isOurs = notice.type === 'events' && notice.threadId === threadId
          if (isOurs && notice.events.some(({ event }) => event.type === 'agent_completed')) ended.resolve()
        })
        const parts = [{ type: 'text', text: `Message number ${count}.` }] as const
        await supervisor.send(principal, { threadId, parts, idempotencyKey: `${count}` })
        await ended.promise
      }
      return threadId
    },
    async threads(name, titles) {
      for (const title of titles) await server.supervisor.createThread(person(name), { title })
    },
    async titles(name) {
      const threads = await server.supervisor.listThreads(person(name))
      return threads.map(({ title }) => title).toSorted()
    },
    url: () => url,
    async signIn(browser, name, viewport) {
      const context = await browser.newContext(viewport === undefined ? {} : { viewport })
      const page = await context.newPage()
      await page.goto(url)
      await page.getByLabel('Your name').fill(name)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByLabel('Message', { exact: true }).waitFor()
      return page
    },
    async [Symbol.asyncDispose]() {
      gate.resolve()
      await server.close({ drainMs: 0 })
      rmSync(folder, { recursive: true })
    },
  }
}

function person(name: string): Principal {
  return { tenant: 'local', user: name, roles: ['user'], scopes: [] }
}

/** What the person wrote last. */
function askedIn(messages: readonly { readonly role: string }[]): string {
  return JSON.stringify(messages.findLast(({ role }) => role === 'user'))
}

/** Each request of a test has its own fixed answer. */
function answerTo(messages: readonly { readonly role: string }[], gate: () => Promise<void>): ScriptedStep {
  const last = messages.at(-1)
  if (last?.role === 'tool') return { text: 'That is **done**.' }
  const asked = JSON.stringify(last)
  if (asked.includes('calculate'))
    return { text: 'Let me see.', calls: [{ tool: 'calculate', input: { expression: '6 * 7' } }] }
  if (asked.includes('erase')) return { calls: [{ tool: 'erase_everything', input: { what: 'the blackboard' } }] }
  if (asked.includes('browser')) return { calls: [{ tool: 'get_browser_settings', input: {} }] }
  if (asked.includes('money')) return { calls: [{ tool: 'send_money', input: { to: 'Bob', amount: 10 } }] }
  if (asked.includes('overload'))
    return { error: new ModelError('MODEL_OVERLOADED', { model: 'scripted', status: 529, attempts: 3 }) }
  if (asked.includes('fail')) return { calls: [{ tool: 'always_fails', input: {} }] }
  if (asked.includes('slow'))
    return { thinking: 'It will take a while.', text: ['The beginning', ' of a long answer'], gate: gate() }
  return { text: 'Hello, *you*. <img src=x onerror="window.hacked=1"><script>window.hacked=1</script>' }
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.getByLabel('Message', { exact: true }).press('Enter')
}
