/**
 * A gate lets at most so many through at once; the rest wait in the order they came. A waiter that is told to stop leaves.
 *
 * @module
 */

export interface Gate {
  /** A place, to be disposed once; at once when one is free. Undefined: `signal` was aborted before a place was. */
  enter(signal: AbortSignal): Disposable | Promise<Disposable | undefined>
}

export function createGate(maxInside: number): Gate {
  let inside = 0
  const waiting = new Set<() => void>()

  function place(): Disposable {
    let left = false
    return {
      [Symbol.dispose]() {
        if (left) return
        left = true
        inside--
        const [next] = waiting
        next?.()
      },
    }
  }

  return {
    enter(signal) {
      if (inside < maxInside) {
        inside++
        return place()
      }
      if (signal.aborted) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        const leave = (): void => {
          waiting.delete(pass)
          resolve(undefined)
        }
        const pass = (): void => {
          waiting.delete(pass)
          signal.removeEventListener('abort', leave)
          inside++
          resolve(place())
        }
        waiting.add(pass)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}

/** Through all of them, in this order, for one place to be disposed of. Undefined: `signal` was aborted on the way. */
export function enterGates(
  gates: readonly (Gate | undefined)[],
  signal: AbortSignal,
): Disposable | Promise<Disposable | undefined> {
  const places: Disposable[] = []
  const all: Disposable = {
    [Symbol.dispose]() {
      for (const place of places.splice(0)) place[Symbol.dispose]()
    },
  }

  function enterFrom(index: number): Disposable | Promise<Disposable | undefined> {
    if (index === gates.length) return all
    const entered = gates[index]?.enter(signal)
    if (entered instanceof Promise) return entered.then((place) => (place === undefined ? leave() : next(place, index)))
    return next(entered, index)
  }

  function next(place: Disposable | undefined, index: number): Disposable | Promise<Disposable | undefined> {
    if (place !== undefined) places.push(place)
    return enterFrom(index + 1)
  }

  function leave(): undefined {
    all[Symbol.dispose]()
  }

  return enterFrom(0)
}

/** One gate for each key of one kind, forgotten with it; a key without a limit has none. */
export function createGates<K extends object>(maxInside: (key: K) => number): (key: K) => Gate | undefined {
  const gates = new WeakMap<K, Gate>()
  return (key) => {
    const max = maxInside(key)
    if (max === Number.POSITIVE_INFINITY) return undefined
    const known = gates.get(key)
    if (known !== undefined) return known
    const made = createGate(max)
    gates.set(key, made)
    return made
  }
}
