/**
 * Tells listeners. The law: one that throws harms neither the others nor the caller, and is not hidden. @module
 */

export interface Emitter<T> {
  on(listener: (value: T) => void): Disposable
  emit(value: T): void
}

export function createEmitter<T>(): Emitter<T> {
  const listeners = new Set<(value: T) => void>()
  return {
    on(listener) {
      const mine = (value: T): void => listener(value)
      listeners.add(mine)
      return { [Symbol.dispose]: () => void listeners.delete(mine) }
    },
    emit(value) {
      for (const listener of listeners) callSafely(() => listener(value))
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
