/** The audit stream. The law: every verdict, open, close, withdrawal and leak, in order, harming nobody. @module */

import type { Entry } from './entry.ts'
import type { ScopeNode } from './node.ts'
import type { CloseReport } from './registry.ts'
import type { Verdict } from './verdict.ts'

interface AuditBase {
  /** Counts up by one with every record of the tree. */
  readonly seq: number
  readonly at: number
  /** The path of the scope it is about. */
  readonly path: string
}

export type AuditBody =
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  | { readonly type: 'opened'; readonly kind: string }
  | { readonly type: 'closed'; readonly kind: string; readonly report: CloseReport }
  | { readonly type: 'withdrawn'; readonly name: string; readonly why: WithdrawalReason }
  /** A factory made its entry. */
  | { readonly type: 'made'; readonly name: string }
  | { readonly type: 'frozen' }
  /** Collected without having been closed; what it owned is being closed now. */
  | { readonly type: 'leaked'; readonly kind: string }
  | { readonly type: 'cleanup_failed'; readonly what: string; readonly error: unknown }
  /** This listener was too slow: so many records before this one were dropped, oldest first. */
  | { readonly type: 'audit_dropped'; readonly count: number }

export type AuditRecord = AuditBase & AuditBody

/** `withdrawn` by its registration, `displaced` by one of higher trust, or gone with its scope. */
export type WithdrawalReason = 'withdrawn' | 'displaced' | 'closed'

/**
 * Contract: may return a promise, and then gets its next record once that has settled. What it throws is counted and
 * goes nowhere else.
 */
export type AuditListener = (record: AuditRecord) => unknown

export interface SubscribeOptions {
  /** How many records wait for a listener that is still busy; past it the oldest is dropped. Default: 1024. */
  readonly maxQueued?: number | undefined
}

export interface Subscriber {
  readonly listener: AuditListener
  readonly maxQueued: number
  readonly queue: AuditRecord[]
  /** How many were dropped since the last delivery, and the last of them. */
  dropped: number
  lastDropped: AuditRecord | undefined
  busy: boolean
}

/** Tells the listeners of a scope, and of those above it. Costs next to nothing when there are none. */
export function emit<T extends Entry>(node: ScopeNode<T>, body: AuditBody): void {
  const { tree } = node
  tree.seq += 1
  if (tree.listening === 0) return
  const record: AuditRecord = { seq: tree.seq, at: tree.clock.now(), path: node.path, ...body }
  const reached: Subscriber[] = []
  // All queues first, then the listeners: one that causes a further record must not make another see it too early.
  for (let scope: ScopeNode<T> | undefined = node; scope; scope = scope.above) {
    for (const subscriber of scope.subscribers ?? []) {
      enqueue(node, subscriber, record)
      reached.push(subscriber)
    }
  }
  for (const subscriber of reached) deliver(node, subscriber)
}

export function subscribe<T extends Entry>(node: ScopeNode<T>, listener: AuditListener, maxQueued: number): Disposable {
  const subscriber: Subscriber = { listener, maxQueued, queue: [], dropped: 0, lastDropped: undefined, busy: false }
  node.subscribers ??= new Set()
  node.subscribers.add(subscriber)
  node.tree.listening += 1
  return {
    [Symbol.dispose]() {
      if (node.subscribers?.delete(subscriber)) node.tree.listening -= 1
      subscriber.queue.length = 0
      subscriber.dropped = 0
    },
  }
}

/** Ends all subscriptions of one scope. What is queued is still delivered. */
export function endSubscriptions<T extends Entry>(node: ScopeNode<T>): void {
  node.tree.listening -= node.subscribers?.size ?? 0
  node.subscribers = undefined
}

function enqueue<T extends Entry>(node: ScopeNode<T>, subscriber: Subscriber, record: AuditRecord): void {
  subscriber.queue.push(record)
  if (subscriber.queue.length <= subscriber.maxQueued) return
  subscriber.lastDropped = subscriber.queue.shift()
  subscriber.dropped += 1
  node.tree.ledger.auditDropped += 1
  node.tree.ledger.countIncident('AUDIT_DROPPED', node.path, record.at)
}

function deliver<T extends Entry>(node: ScopeNode<T>, subscriber: Subscriber): void {
  if (subscriber.busy) return
  subscriber.busy = true
  for (let record = next(subscriber); record; record = next(subscriber)) {
    try {
      const answer = subscriber.listener(record)
      if (isThenable(answer)) {
        const proceed = (): void => {
          subscriber.busy = false
          deliver(node, subscriber)
        }
        Promise.resolve(answer).then(proceed, () => {
          countFailure(node)
          proceed()
        })
        return
      }
    } catch {
      countFailure(node)
    }
  }
  subscriber.busy = false
}

function next(subscriber: Subscriber): AuditRecord | undefined {
  const { lastDropped, dropped } = subscriber
  if (dropped === 0 || !lastDropped) return subscriber.queue.shift()
  subscriber.dropped = 0
  subscriber.lastDropped = undefined
  return { type: 'audit_dropped', count: dropped, seq: lastDropped.seq, at: lastDropped.at, path: lastDropped.path }
}

function countFailure<T extends Entry>(node: ScopeNode<T>): void {
  const { ledger, clock } = node.tree
  ledger.listenerFailures += 1
  ledger.countIncident('LISTENER_FAILING', node.path, clock.now())
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  )
}
