/**
 * A few processes that carry out what would block the event loop or use up its memory. The law: a task ends in time,
 * because a process that does not answer is killed together with whatever it is doing, and nobody's tasks keep those of
 * another from beginning. Processes and not threads: a thread that runs out of memory takes the whole server with it.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Clock } from 'toolcrib/agent'
import type { Principal } from 'toolcrib/protocol'
import { StarterToolError, type StarterToolErrorCode, starterToolErrorCodes } from './errors.ts'
import { createFairQueue } from './fair-queue.ts'

export interface ProcessPoolOptions {
  /** A module that carries out tasks with `answerTasks`. */
  readonly script: URL
  readonly clock: Clock
  /** Processes at work at once. One asker holds all but one of them, if there are several. */
  readonly size: number
  /** Of one process's JavaScript heap. */
  readonly maxHeapBytes: number
  /** Tasks that may wait for a process. Default 256; more are refused `PROCESSES_BUSY`. */
  readonly maxWaiting?: number
  /** Of one asker. Default 32; more are refused `PROCESSES_BUSY`. */
  readonly maxWaitingEach?: number
  /** How long a process without work is kept. Default 60,000. */
  readonly idleMs?: number
}

export interface TaskOptions {
  /** Who asks: the processes are shared out evenly among askers. */
  readonly asker: Pick<Principal, 'tenant' | 'user'>
  readonly signal: AbortSignal
  /** From when a process has begun it. */
  readonly timeLimitMs: number
}

export interface ProcessPool extends AsyncDisposable {
  /**
   * Contract: `task` is JSON.
   *
   * @throws StarterToolError `TIME_LIMIT`, `MEMORY_LIMIT`, `PROCESSES_BUSY`, `PROCESS_FAILED`, `CALL_STOPPED`, or what the
   * script answered.
   */
  run(task: unknown, options: TaskOptions): Promise<unknown>
  /** Processes that exist now. */
  readonly helpers: number
}

/** What a script is sent. */
export interface TaskMessage {
  readonly task: unknown
  readonly timeLimitMs: number
}

/** What a script answers, after it has posted `ready`. */
export type TaskReply =
  | { readonly type: 'value'; readonly value: unknown }
  | {
      readonly type: 'error'
      readonly code: StarterToolErrorCode
      readonly details: object
      /** The process cannot be used again. */
      readonly last?: true
    }

interface Task extends TaskMessage {
  readonly asker: string
  readonly signal: AbortSignal
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly onAbort: () => void
}

interface Helper {
  readonly child: ChildProcess
  readonly ended: Promise<void>
  task: Task | undefined
  timer: Disposable | undefined
}

const MEBIBYTE = 2 ** 20
/** What V8 ends a process with that runs out of memory: POSIX shells and Windows number it so. */
const abortCodes: ReadonlySet<number> = new Set([134, 3_221_226_505])
/** A process that does not even start in this time has failed. */
const START_LIMIT_MS = 20_000

export function createProcessPool(options: ProcessPoolOptions): ProcessPool {
  const { script, clock, size, maxHeapBytes, maxWaiting = 256, maxWaitingEach = 32, idleMs = 60_000 } = options
  // One is left for the others, where there is one.
  const waiting = createFairQueue<Task>({ max: maxWaiting, maxEach: maxWaitingEach, share: Math.max(1, size - 1) })
  const helpers = new Set<Helper>()
  const idle: Helper[] = []
  let closed = false

  const discard = (helper: Helper): Promise<void> => {
    helpers.delete(helper)
    const index = idle.indexOf(helper)
    if (index >= 0) idle.splice(index, 1)
    helper.timer?.[Symbol.dispose]()
    helper.child.kill('SIGKILL')
    return helper.ended
  }

  const end = (task: Task | undefined, how: (task: Task) => void): void => {
    if (task === undefined) return
    task.signal.removeEventListener('abort', task.onAbort)
    how(task)
  }

  /** Ends the helper's task, if it has one. */
  const settle = (helper: Helper, how: (task: Task) => void): void => {
    const { task } = helper
    helper.task = undefined
    helper.timer?.[Symbol.dispose]()
    end(task, how)
  }

  const fail = (helper: Helper, error: Error): void => {
    if (!helpers.has(helper)) return
    void discard(helper)
    settle(helper, (task) => task.reject(error))
    next()
  }

  const stop = (task: Task): void => {
    const error = new StarterToolError('CALL_STOPPED', {})
    if (waiting.remove(task)) end(task, () => task.reject(error))
    for (const helper of helpers) if (helper.task === task) fail(helper, error)
  }

  const start = (helper: Helper, task: Task): void => {
    helper.task = task
    const { timeLimitMs } = task
    const message: TaskMessage = { task: task.task, timeLimitMs }
    helper.timer?.[Symbol.dispose]()
    helper.timer = clock.setTimeout(
      () => fail(helper, new StarterToolError('TIME_LIMIT', { timeLimitMs })),
      timeLimitMs,
    )
    helper.child.send(message)
  }

  const inWork = (): readonly Task[] => [...helpers].flatMap((helper) => helper.task ?? [])

  const rest = (helper: Helper): void => {
    const task = waiting.take(inWork())
    if (task !== undefined) return start(helper, task)
    idle.push(helper)
    helper.timer = clock.setTimeout(() => void discard(helper), idleMs)
  }

  const spawn = (): void => {
    const child = fork(script, [], {
      // Neither this server's keys nor its output are of any use in there, and it has nothing to write or to start.
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [
        `--max-old-space-size=${Math.ceil(maxHeapBytes / MEBIBYTE)}`,
        '--permission',
        '--allow-fs-read=*',
        '--no-warnings',
      ],
    })
    // A helper never keeps the server alive: the call that waits for it does.
    child.unref()
    child.channel?.unref()
    const ended = Promise.withResolvers<void>()
    const helper: Helper = { child, ended: ended.promise, task: undefined, timer: undefined }
    helpers.add(helper)
    const failed = (error: StarterToolError): void => {
      if (!helpers.has(helper)) return
      if (helper.task === undefined && !idle.includes(helper)) end(waiting.shift(), (task) => task.reject(error))
      fail(helper, error)
    }
    const failedBecause = (reason: string): void => failed(new StarterToolError('PROCESS_FAILED', { reason }))
    helper.timer = clock.setTimeout(() => failedBecause('it did not start'), START_LIMIT_MS)
    child.on('message', (message) => {
      if (!helpers.has(helper)) return
      helper.timer?.[Symbol.dispose]()
      // Both ends of the channel are ours; what the task made of its data was put into the reply as data.
      if (message === 'ready') return rest(helper)
      const reply = message as unknown as TaskReply
      const isLast = reply.type === 'error' && reply.last === true
      if (isLast) void discard(helper)
      settle(helper, (task) => answer(task, reply))
      if (isLast) next()
      else rest(helper)
    })
    child.on('error', (error) => {
      failedBecause(error.name)
      if (child.pid === undefined) ended.resolve()
    })
    child.on('exit', (code, killedBy) => {
      ended.resolve()
      const outOfMemory =
        helper.task !== undefined && (killedBy === 'SIGABRT' || (code !== null && abortCodes.has(code)))
      if (outOfMemory) failed(new StarterToolError('MEMORY_LIMIT', { maxBytes: maxHeapBytes }))
      else failedBecause(`it ended with ${killedBy ?? code}`)
    })
  }

  const next = (): void => {
    if (closed) return
    for (let helper = idle[0]; helper !== undefined; helper = idle[0]) {
      const task = waiting.take(inWork())
      if (task === undefined) break
      idle.shift()
      start(helper, task)
    }
    const starting = [...helpers].filter((helper) => helper.task === undefined).length
    if (waiting.takeable(inWork()) > starting && helpers.size < size) spawn()
  }

  return {
    get helpers() {
      return helpers.size
    },
    run(task, { asker: { tenant, user }, signal, timeLimitMs }) {
      if (closed || signal.aborted) return Promise.reject(new StarterToolError('CALL_STOPPED', {}))
      const asker = JSON.stringify([tenant, user])
      const before = waiting.refusal(asker)
      if (before !== undefined) return Promise.reject(new StarterToolError('PROCESSES_BUSY', { waiting: before }))
      return new Promise((resolve, reject) => {
        const onAbort = (): void => stop(accepted)
        const accepted: Task = { task, asker, signal, timeLimitMs, resolve, reject, onAbort }
        waiting.add(accepted)
        signal.addEventListener('abort', onAbort, { once: true })
        next()
      })
    },
    async [Symbol.asyncDispose]() {
      closed = true
      const stopped = (task: Task): void => task.reject(new StarterToolError('CALL_STOPPED', {}))
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) end(task, stopped)
      const ending = [...helpers].map((helper) => {
        helper.child.ref()
        const ended = discard(helper)
        settle(helper, stopped)
        return ended
      })
      await Promise.all(ending)
    },
  }
}

function answer(task: Task, reply: TaskReply): void {
  if (reply.type === 'value') return task.resolve(reply.value)
  const known = starterToolErrorCodes.includes(reply.code)
  // The script is ours and its codes are typed; its details are JSON.
  task.reject(
    known
      ? new StarterToolError(reply.code, reply.details as never)
      : new StarterToolError('PROCESS_FAILED', { reason: 'its answer cannot be read' }),
  )
}
