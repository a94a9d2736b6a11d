/** Where a replay stands, and what moves it. */
import { useEffect, useRef, useState } from 'react'

export const speeds = ['1', '2', '5'] as const
export type Speed = (typeof speeds)[number]

export interface Playback {
  readonly positionMs: number
  readonly playing: boolean
  readonly speed: Speed
  /** From the beginning, when it stands at the end. */
  readonly play: () => void
  readonly pause: () => void
  readonly seek: (positionMs: number) => void
  readonly setSpeed: (speed: Speed) => void
}

export interface PlaybackOptions {
  readonly lengthMs: number
  /** It begins at the end, and stays there as more comes. */
  readonly live: boolean
}

export function usePlayback({ lengthMs, live }: PlaybackOptions): Playback {
  const [position, setPosition] = useState(live ? Number.POSITIVE_INFINITY : 0)
  const [playing, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<Speed>('1')
  const atEnd = position >= lengthMs
  const pace = useRef({ speed, lengthMs })

  useEffect(() => {
    pace.current = { speed, lengthMs }
  }, [speed, lengthMs])

  useEffect(() => {
    if (!playing) return undefined
    let before = performance.now()
    let frame = requestAnimationFrame(function move(now) {
      const passed = (now - before) * Number(pace.current.speed)
      before = now
      setPosition((at) => Math.min(at + passed, pace.current.lengthMs))
      frame = requestAnimationFrame(move)
    })
    return () => cancelAnimationFrame(frame)
  }, [playing])

  useEffect(() => {
    if (atEnd && !live) setPlaying(false)
  }, [atEnd, live])

  return {
    positionMs: Math.min(position, lengthMs),
    playing,
    speed,
    play() {
      if (atEnd) setPosition(0)
      setPlaying(true)
    },
    pause: () => setPlaying(false),
    seek(to) {
      // Whoever goes to the end of a run at work stays at its end.
      setPosition(live && to >= lengthMs ? Number.POSITIVE_INFINITY : to)
    },
    setSpeed,
  }
}
