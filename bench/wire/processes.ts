/**
 * Servers and clients in processes of their own, asked over IPC. The law: a child ends when its parent does, when it is
 * told to, and at the latest after two minutes, or what it sets.
 *
 * @module
 */
import { fork } from 'node:child_process'

/** What a child answers: each question by its name, with one value in and one out. */
export type Answers = Readonly<Record<string, (input: never) => unknown>>

export interface Child<A extends Answers> extends AsyncDisposable {
  ask<Name extends keyof A & string>(
    question: Name,
    ...input: Parameters<A[Name]>
  ): Promise<Awaited<ReturnType<A[Name]>>>
}

interface Question {
  readonly id: number
  readonly question: string
  readonly input: unknown
}

type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string })

const MAX_LIFE_MS = 120_000

export function startChild<A extends Answers>(file: URL): Child<A> {
  const child = fork(file, { execArgv: ['--expose-gc', '--no-warnings'], serialization: 'advanced' })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  let isGone = false
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      isGone = true
      for (const { reject } of waiting.values()) reject(new Error(`${file.pathname} ended with code ${code}`))
      resolve()
    })
  })
  child.on('message', (answer: Answer) => {
    const question = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) question?.reject(new Error(answer.error))
    else question?.resolve(answer.value)
  })

  return {
    ask(question, ...[input]) {
      const id = asked++
      const answer = Promise.withResolvers<unknown>()
      if (isGone) return Promise.reject(new Error(`${file.pathname} is gone`))
      waiting.set(id, answer)
      child.send({ id, question, input } satisfies Question)
      // The child answers with the same table of answers, which is its module's type.
      return answer.promise as ReturnType<typeof this.ask<typeof question>>
    },
    async [Symbol.asyncDispose]() {
      if (!isGone) child.kill('SIGKILL')
      await gone
    },
  }
}

/** In the child: answers its parent until that is gone. */
export function answerParent(
  answers: Answers,
  { maxLifeMs = MAX_LIFE_MS }: { readonly maxLifeMs?: number } = {},
): void {
  process.once('disconnect', () => process.exit())
  setTimeout(() => process.exit(3), maxLifeMs).unref()
  process.on('message', ({ id, question, input }: Question) => {
    void answer(answers, question, input).then(
      (value) => process.send?.({ id, value } satisfies Answer),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
}

async function answer(answers: Answers, question: string, input: unknown): Promise<unknown> {
  const known = answers[question]
  if (known === undefined) throw new Error(`Expected one of ${Object.keys(answers).join(', ')}, got "${question}"`)
  // The parent's types say that this is what the answer takes.
  return known(input as never)
}

/** Milliseconds since the epoch, finer than `Date.now`, on the clock that all processes of the machine share. */
export function stamp(): number {
  return performance.timeOrigin + performance.now()
}
