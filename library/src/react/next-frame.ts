/**
 * When to draw. The law: with the next frame where there are frames; and soon where there are none, as in a tab that nobody
 * looks at, so that what is shown is never old for long. @module
 */

const HIDDEN_MS = 250
const FRAME_MS = 16

/** Calls back once, later. What it answers cancels. */
export function onNextFrame(draw: () => void): () => void {
  const hasFrames = typeof requestAnimationFrame === 'function'
  const timer = setTimeout(run, hasFrames ? HIDDEN_MS : FRAME_MS)
  const frame = hasFrames ? requestAnimationFrame(run) : 0

  function run(): void {
    cancel()
    draw()
  }

  function cancel(): void {
    clearTimeout(timer)
    if (hasFrames) cancelAnimationFrame(frame)
  }

  return cancel
}
