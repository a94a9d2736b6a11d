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
