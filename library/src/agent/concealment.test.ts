import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createAgentBench } from '../testing/agent-bench.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Call, Tool } from '../tool/tool.ts'
import { conceal } from './concealment.ts'

const secret = 'correct horse "battery" staple'
const arguments_ = { user: 'ann', password: secret, pin: '4711' }
const shown = { user: 'ann', password: '[redacted]', pin: '[redacted]' }

describe('the secrets of a call', () => {
  it('are hidden in words as they are, as JSON writes them, as an address does, and where the words were cut', () => {
    const { text } = conceal(arguments_, shown)

    expect(text(`ann: ${secret}, ${JSON.stringify(arguments_)}, ?p=${encodeURIComponent(secret)}, 4711`)).toBe(
      'ann: [redacted], {"user":"ann","password":"[redacted]","pin":"[redacted]"}, ?p=[redacted], [redacted]',
    )
    expect(text(`got ${secret.slice(0, 12)}`)).toBe('got [redacted]')
  })

  it('are hidden with the names in them, where a complaint is about a part of what is hidden', () => {
    const { issues } = conceal({ keys: { 'a/hunter2': 1 }, to: { of: 7 } }, { keys: '[redacted]', to: { of: 7 } })
    const paths = ['/keys/a~1hunter2', '/keys', '/to/of/deeper', '/to/missing', '']

    expect(issues(paths.map((path) => ({ path, message: 'no' }))).map(({ path }) => path)).toEqual([
      '/keys',
      '/keys',
      '/to/of/deeper',
      '/to/missing',
      '',
    ])
  })

  it('are hidden in data when they are long; short ones are too easily something else', () => {
    const { value } = conceal(arguments_, shown)

    expect(value({ said: [`no ${secret}`, 4711, 'room 4711'], ann: true })).toEqual({
      said: ['no [redacted]', 4711, 'room 4711'],
      ann: true,
    })
  })

  it('are all that stands below a hidden key, whatever its shape', () => {
    const { text } = conceal({ credentials: { list: ['first-key', 12_345] } }, { credentials: '[redacted]' })

    expect(text('first-key and 12345')).toBe('[redacted] and [redacted]')
  })

  it('leave everything as it is when there are none', () => {
    const { text, value, error } = conceal(arguments_, arguments_)
    const failure = new Error(secret)

    expect([text(secret), value(secret), error(failure)]).toEqual([secret, secret, failure])
  })
})

describe('a tool that was handed a secret', () => {
  it('that its schema quotes in a complaint tells it neither to the log nor to the model [CALL-08]', async () => {
    const complaint = { error: (issue: { input?: unknown }) => `not this: ${String(issue.input)}` }
    const input = z.object({ password: z.string().refine(() => false, complaint) })

    await expectSilence(signIn(() => 'in', input))
  })

  it('and quotes it in its error tells it neither to the log nor to the model [CALL-08]', async () => {
    await expectSilence(
      signIn(({ password }) => {
        throw new Error(`${'the server refused '.repeat(104)}${password} and ${password}`)
      }),
    )
  })

  it('and gives it back, as progress, in its log or as output, tells it neither to the log nor to the model [CALL-08]', async () => {
    await expectSilence(
      signIn(({ password }, call) => {
        call.progress(`signing in with ${password}`)
        call.log.info(`signing in with ${password}`, { note: password })
        return { note: `signed in with ${password}` }
      }),
    )
  })
})

function signIn(
  execute: (input: { readonly password: string }, call: Call<undefined>) => unknown,
  input: z.ZodType<{ readonly password: string }> = z.object({ password: z.string() }),
): Tool {
  return defineTool({ name: 'sign_in', description: 'Signs in', input, effect: 'write', execute })
}

async function expectSilence(tool: Tool): Promise<void> {
  const calls = [{ tool: 'sign_in', input: { password: secret } }]
  await using bench = createAgentBench({ tools: [tool], script: [{ calls }, { text: 'over' }] })

  const { events } = await bench.run()

  const logged = bench.logged.map(({ fields, message }) => [message, fields, stackOf(fields)])
  expect(bench.model.requests).toHaveLength(2)
  expect(JSON.stringify([events, bench.model.requests, logged])).not.toContain('battery')
}

function stackOf(fields: object): unknown {
  return 'err' in fields && fields.err instanceof Error ? fields.err.stack : undefined
}
