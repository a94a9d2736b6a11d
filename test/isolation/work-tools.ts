/**
 * The tools of the works. The law: each says to the observer whose call it was given, with all that it was given, and keeps
 * what it keeps in an instance.
 *
 * @module
 */
import { defineTool, type Lifetime, type Tool } from 'toolcrib'
import { agentTool, defineAgent, type Model } from 'toolcrib/agent'
import type { Principal } from 'toolcrib/protocol'
import { z } from 'zod'
import { canary, firstOf } from './canary.ts'
import type { Observer } from './observer.ts'
import { numberOf } from './people.ts'
import { maxOutputBytes, stopGraceMs } from './works.ts'

const one = z.object({ value: z.string() })
const withSecrets = z.object({ value: z.string(), password: z.string(), hidden: z.string().meta({ redact: true }) })
const payment = z.object({ value: z.string(), amount: z.int().min(0).max(100) })

export function createWorkTools(observer: Observer, model: Model): readonly Tool[] {
  const hold = (lifetime: Lifetime): Tool =>
    defineTool({
      name: `hold_${lifetime}`,
      description: `Remembers for as long as the ${lifetime} lasts.`,
      input: one,
      effect: 'read',
      lifetime,
      open: ({ principal }) => ({ whose: principal, values: [] as string[] }),
      execute({ value }, { principal, instance: { whose, values } }) {
        const of = told({ value }, principal)
        // An instance of the app belongs to nobody: a tool that kept a user's value there would be the leak itself.
        if (whose === undefined) return of('result')
        values.push(value)
        observer.see({ kind: 'call', of: of.owner, where: `instance of the ${lifetime}` }, JSON.stringify(values))
        return [canary(personOf(whose), 'instance', values.length), ...values]
      },
    })

  return [
    hold('app'),
    hold('user'),
    hold('run'),
    defineTool({
      name: 'output',
      description: 'Gives more than may be shown.',
      input: one,
      effect: 'read',
      execute: (input, { principal }) => `${told(input, principal)('result')} `.repeat(maxOutputBytes / 8),
    }),
    defineTool({
      name: 'secret',
      description: 'Is told secrets, and repeats them.',
      input: withSecrets,
      effect: 'write',
      execute(input, call) {
        const { password, hidden } = input
        const of = told(input, call.principal)
        call.progress({ password, at: of('progress') })
        call.log.info('told a secret', { password })
        return { result: of('result'), said: `${password} and ${hidden}`, token: password }
      },
    }),
    defineTool({
      name: 'slip',
      description: 'Is told secrets, and fails over them.',
      input: withSecrets,
      effect: 'write',
      execute(input, { principal }) {
        throw new Error(`${told(input, principal)('fault')} with ${input.password} and ${input.hidden}`)
      },
    }),
    defineTool({
      name: 'hang',
      description: 'Goes on until it is told to stop.',
      input: one,
      effect: 'read',
      timeoutMs: Number.POSITIVE_INFINITY,
      async *execute(input, { principal, signal }) {
        const of = told(input, principal)
        yield { at: of('progress') }
        await stopped(signal)
        return of('result')
      },
    }),
    defineTool({
      name: 'deaf',
      description: 'Goes on past the end, and gives its result then.',
      input: one,
      effect: 'write',
      timeoutMs: Number.POSITIVE_INFINITY,
      async execute(input, call) {
        const of = told(input, call.principal)
        await stopped(call.signal)
        // Past the grace, and so past the end of the call.
        await new Promise((resolve) => setTimeout(resolve, 3 * stopGraceMs))
        call.progress(of('late'))
        return of('late')
      },
    }),
    defineTool({
      name: 'pay',
      description: 'Pays an amount.',
      input: payment,
      effect: 'destructive',
      execute: (input, { principal }) => ({ paid: input.amount, to: told(input, principal)('result') }),
    }),
    agentTool(
      defineAgent({ name: 'delegate', description: 'Does what an agent asks for.', instructions: 'Do it.', model }),
      { effect: 'read' },
    ),
  ]

  /** Says whose call it is; answers with what makes canaries of theirs. */
  function told(input: object, principal: Principal): Own {
    const owner = personOf(principal)
    const text = JSON.stringify(input)
    observer.see({ kind: 'call', of: owner }, text)
    const number = (firstOf(text, 'argument') ?? firstOf(text, 'payment'))?.number ?? 0
    return Object.assign((kind: Parameters<typeof canary>[1]) => canary(owner, kind, number), { owner })
  }
}

interface Own {
  (kind: Parameters<typeof canary>[1]): string
  readonly owner: number
}

function personOf(principal: Principal): number {
  const number = numberOf(principal)
  if (number === undefined) throw new Error(`Expected one of the people, got ${JSON.stringify(principal)}`)
  return number
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
