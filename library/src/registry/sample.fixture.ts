/** For this folder's tests: a registry of samples, and a clock that moves when it is told to. @module */

import { createRegistry } from './create-registry.ts'
import type { Admission } from './entry.ts'
import type { Registry, RegistryClock, RegistryOptions } from './registry.ts'

export interface Sample {
  readonly name: string
  readonly description?: string
  readonly category?: string
  readonly tags?: readonly string[]
  readonly print?: string
}

const made = new WeakSet<object>()

export function sample(name: string, more: Omit<Sample, 'name'> = {}): Sample {
  const entry = Object.freeze({ name, description: `What ${name} does.`, ...more })
  made.add(entry)
  return entry
}

export function createSamples(options: Partial<RegistryOptions<Sample>> = {}): Registry<Sample> {
  return createRegistry<Sample>({ name: 'app', admit: admitSample, ...options })
}

export function admitSample(candidate: unknown): Admission<Sample> {
  if (isSample(candidate)) return { ok: true, entry: candidate }
  return {
    ok: false,
    code: 'NOT_A_SAMPLE',
    kind: typeof candidate,
    found: `a ${typeof candidate}`,
    cause: 'Only what sample() made is a sample.',
    fix: 'Make it with sample().',
    path: 'root',
  }
}

function isSample(candidate: unknown): candidate is Sample {
  return typeof candidate === 'object' && candidate !== null && made.has(candidate)
}

/** A clock that stands still until it is moved. `waiting` is how many timers are set. */
export interface ManualClock extends RegistryClock {
  advance(ms: number): Promise<void>
  readonly waiting: number
}

export function createManualClock(): ManualClock {
  let nowMs = 1_000_000
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  return {
    now: () => nowMs,
    setTimeout(run, delayMs) {
      const timer = { at: nowMs + delayMs, run }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
    async advance(ms) {
      nowMs += ms
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
        if (timer.at > nowMs || !timers.delete(timer)) continue
        timer.run()
        await settled()
      }
      await settled()
    },
    get waiting() {
      return timers.size
    },
  }
}

/** Lets everything that can go on without the clock go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The error that `run` throws. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('Expected it to throw')
}
