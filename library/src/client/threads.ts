/**
 * The threads that are open here. The law: a view is given each event once, in order, without a gap; whatever is missing
 * is asked for again. @module
 */
import type { EventFrame, OkReply } from '../protocol/frames.ts'
import type { ClientClock, ThreadListener, ThreadView } from './client.ts'
import { callSafely } from './emitter.ts'
import type { ClientError } from './errors.ts'
import type { Requests } from './requests.ts'

export interface Threads {
  open(threadId: string, listener: ThreadListener, from: number | { readonly last: number }): ThreadView
  onEvent(frame: EventFrame): void
  onGone(threadId: string): void
  onConnected(): void
  /** Nothing is opened again. */
  close(): void
}

export interface ThreadsOptions {
  readonly requests: Requests
  readonly clock: ClientClock
  readonly isConnected: () => boolean
}

interface View {
  readonly listener: ThreadListener
  /** So many of the newest, until the server has said where that begins. */
  last: number | undefined
  seq: number
}

interface OpenThread {
  readonly threadId: string
  readonly views: Set<View>
  /** Counts the openings that were asked for: a reply to an older one is out of date. */
  asked: number
  answered: boolean
  retry?: Disposable
}

const RETRY_MS = 1_000

export function createThreads({ requests, clock, isConnected }: ThreadsOptions): Threads {
  const threads = new Map<string, OpenThread>()

  /** From the view that has the least, or from where new views begin; the others skip what they have. */
  function ask(thread: OpenThread): void {
    thread.retry?.[Symbol.dispose]()
    if (!isConnected()) return
    const { threadId, views } = thread
    const last = Math.max(0, ...[...views].map((view) => view.last ?? 0))
    const from = last > 0 ? { last } : { after: leastOf(views) }
    thread.asked += 1
    thread.answered = false
    const asked = thread.asked
    const isCurrent = (): boolean => thread.asked === asked && threads.get(threadId) === thread
    requests.ask<'thread.open'>(
      { type: 'thread.open', threadId, ...from },
      (reply) => isCurrent() && onOpened(thread, reply),
      (error) => isCurrent() && onRefused(thread, error),
    )
  }

  function onOpened(thread: OpenThread, { thread: about, lastSeq, after, approvals }: OkReply<'thread.open'>): void {
    thread.answered = true
    for (const view of thread.views) {
      if (view.last === undefined) continue
      view.last = undefined
      view.seq = after
    }
    for (const { listener, seq } of thread.views) {
      callSafely(() => listener.onOpen?.({ thread: about, lastSeq, after: seq, approvals }))
    }
    if (thread.views.size > 0 && leastOf(thread.views) < after) ask(thread)
  }

  /** The log is not the one that was read: of a server that was set back, say. */
  function restart(thread: OpenThread): void {
    for (const view of thread.views) {
      view.seq = 0
      callSafely(() => view.listener.onRestart?.())
    }
    if (thread.views.size > 0) ask(thread)
  }

  function onRefused(thread: OpenThread, error: ClientError): void {
    if (error.code === 'NOT_FOUND') return lose(thread, ({ onGone }) => onGone?.())
    if (error.code === 'AFTER_AHEAD') return restart(thread)
    if (error.retry === 'never') {
      const { code, message, retry } = error
      return lose(thread, ({ onRefused: tell }) => tell?.({ code, message, retry }))
    }
    // Without a connection the next one opens it.
    thread.retry = clock.setTimeout(() => ask(thread), RETRY_MS)
  }

  function lose(thread: OpenThread, tell: (listener: ThreadListener) => void): void {
    threads.delete(thread.threadId)
    for (const { listener } of thread.views) callSafely(() => tell(listener))
    thread.views.clear()
  }

  function dispose(thread: OpenThread, view: View): void {
    if (!thread.views.delete(view) || thread.views.size > 0) return
    const { threadId } = thread
    threads.delete(threadId)
    thread.retry?.[Symbol.dispose]()
    const ignore = (): void => {}
    if (isConnected()) requests.ask<'thread.leave'>({ type: 'thread.leave', threadId }, ignore, ignore)
  }

  return {
    open(threadId, listener, from) {
      const thread = threads.get(threadId) ?? { threadId, views: new Set(), asked: 0, answered: false }
      threads.set(threadId, thread)
      const view: View =
        typeof from === 'number' ? { listener, last: undefined, seq: from } : { listener, ...from, seq: 0 }
      thread.views.add(view)
      ask(thread)
      return {
        threadId,
        get seq() {
          return view.seq
        },
        [Symbol.dispose]: () => dispose(thread, view),
      }
    },
    onEvent({ threadId, seq, at, event }) {
      const thread = threads.get(threadId)
      if (thread === undefined) return
      let hasGap = false
      for (const view of thread.views) {
        if (seq <= view.seq || view.last !== undefined) continue
        if (seq > view.seq + 1) {
          hasGap = true
          continue
        }
        view.seq = seq
        callSafely(() => view.listener.onEvent({ seq, at, event }))
      }
      // Before the answer it is what the last feed still had to say.
      if (hasGap && thread.answered) ask(thread)
    },
    onGone(threadId) {
      const thread = threads.get(threadId)
      if (thread !== undefined) lose(thread, ({ onGone }) => onGone?.())
    },
    onConnected() {
      for (const thread of threads.values()) ask(thread)
    },
    close() {
      for (const { retry } of threads.values()) retry?.[Symbol.dispose]()
      threads.clear()
    },
  }
}

function leastOf(views: Iterable<View>): number {
  return Math.min(...[...views].map(({ seq }) => seq))
}
