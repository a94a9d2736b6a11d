/**
 * Tells listeners. The law: one that throws harms neither the others nor the caller, and is not hidden; all are told the
 * same in the same order, also what one of them brings about. @module
 */

export interface Emitter<T> {
  on(listener: (value: T) => void): Disposable
  emit(value: T): void
}

export function createEmitter<T>(): Emitter<T> {
  const listeners = new Set<(value: T) => void>()
  const waiting: T[] = []
  let isTelling = false

  function tell(value: T): void {
    for (const listener of listeners) callSafely(() => listener(value))
  }

  return {
    on(listener) {
      const mine = (value: T): void => listener(value)
      listeners.add(mine)
      return { [Symbol.dispose]: () => void listeners.delete(mine) }
    },
    emit(value) {
      waiting.push(value)
      if (isTelling) return
      isTelling = true
      for (let next = waiting.splice(0, 1); next.length > 0; next = waiting.splice(0, 1)) next.forEach(tell)
      isTelling = false
    },
  }
}

export function callSafely(call: () => void): void {
  try {
    call()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
