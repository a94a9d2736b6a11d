/**
 * One way to watch whatever tells its story one record at a time: the audit stream of a registry, the frames of a socket,
 * the notices of a supervisor. The law: it keeps every record in order, and a wait that can no longer be met fails and
 * says what came instead.
 *
 * @module
 */
export interface Capture<T> extends Disposable {
  /** Everything so far, in order. */
  readonly records: readonly T[]
  /** Hand it over as the listener. */
  readonly listener: (record: T) => void
  /** The first record, past or yet to come, that matches. Rejects when the capture ends before. */
  next<U extends T>(matches: (record: T) => record is U): Promise<U>
  next(matches: (record: T) => boolean): Promise<T>
  /** Resolves when there are so many records; answers with the first so many. */
  count(records: number): Promise<readonly T[]>
  /** Nothing more comes: whoever still waits is refused with the reason and with what had come. */
  end(reason: string): void
}

export interface CaptureOptions<T> {
  /** How a record is named when a wait fails. Default: its `type`, or its JSON. */
  readonly name?: (record: T) => string
  /** Called with the listener; what it answers is disposed with the capture. */
  readonly from?: (listener: (record: T) => void) => Disposable
}

export function createCapture<T>({ name = nameOf, from }: CaptureOptions<T> = {}): Capture<T> {
  const records: T[] = []
  const waiting = new Set<{ readonly tell: () => void; readonly fail: (error: Error) => void }>()
  let ended: string | undefined

  const refusal = (reason: string): Error =>
    new Error(`${reason}; what came: ${records.length === 0 ? 'nothing' : records.map(name).join(', ')}`)

  const listener = (record: T): void => {
    if (ended !== undefined) return
    records.push(record)
    for (const { tell } of waiting) tell()
  }

  async function wait<R>(look: () => R | undefined): Promise<R> {
    const there = look()
    if (there !== undefined) return there
    if (ended !== undefined) throw refusal(ended)
    const { promise, resolve, reject } = Promise.withResolvers<R>()
    const waiter = {
      tell: () => {
        const found = look()
        if (found !== undefined) resolve(found)
      },
      fail: reject,
    }
    waiting.add(waiter)
    try {
      return await promise
    } finally {
      waiting.delete(waiter)
    }
  }

  function next(matches: (record: T) => boolean): Promise<T> {
    let seen = 0
    return wait(() => {
      for (; seen < records.length; seen++) {
        const record = records[seen]
        if (record !== undefined && matches(record)) return record
      }
      return undefined
    })
  }

  function end(reason: string): void {
    if (ended !== undefined) return
    ended = reason
    const error = refusal(reason)
    for (const { fail } of waiting) fail(error)
    subscription?.[Symbol.dispose]()
  }

  const subscription = from?.(listener)

  return {
    records,
    listener,
    next: next as Capture<T>['next'],
    count: (wanted) => wait(() => (records.length >= wanted ? records.slice(0, wanted) : undefined)),
    end,
    [Symbol.dispose]: () => end('The capture was disposed of'),
  }
}

function nameOf(record: unknown): string {
  if (record !== null && typeof record === 'object' && 'type' in record) return String(record.type)
  return JSON.stringify(record) ?? String(record)
}
