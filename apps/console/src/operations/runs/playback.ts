/**
 * A run told again: which of its events had come at a moment, and the conversation as it stood then. Pure; the law: what is shown
 * at a moment is what the person saw then, whether it was played or jumped to.
 */
import { applyEvent, type Conversation, emptyConversation } from 'toolcrib/client'
import type { LoggedEvent } from 'toolcrib/protocol'
import { type PaceOptions, paceOf } from './pace.ts'

export interface Script {
  readonly lengthMs: number
  /** When each event is told, in order. */
  readonly cues: readonly number[]
}

export function scriptOf(options: PaceOptions): Script {
  const { place, lengthMs } = paceOf(options)
  return { lengthMs, cues: options.moments.map(place) }
}

/** How many of the events had come. */
export function countAt({ cues }: Script, positionMs: number): number {
  let [low, high] = [0, cues.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cues[middle] ?? 0) <= positionMs) low = middle + 1
    else high = middle
  }
  return low
}

const keepEvery = 200

/** The conversation after so many of the events. What was folded is kept here and there, so that going back is quick, too. */
export function createScenes(events: readonly LoggedEvent[]): (count: number) => Conversation {
  const kept: Conversation[] = [emptyConversation]
  let last = { count: 0, scene: emptyConversation }

  return (count) => {
    const known = Math.min(Math.floor(count / keepEvery), kept.length - 1)
    const isNear = last.count <= count && last.count >= known * keepEvery
    let { count: at, scene } = isNear ? last : { count: known * keepEvery, scene: kept[known] ?? emptyConversation }
    for (const event of events.slice(at, count)) {
      scene = applyEvent(scene, event)
      at += 1
      if (at % keepEvery === 0) kept[at / keepEvery] ??= scene
    }
    last = { count: at, scene }
    return scene
  }
}
