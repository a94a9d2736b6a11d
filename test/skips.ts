/**
 * Which tests may be left out. Full testing sets `TOOLCRIB_NOTHING_SKIPPED`: what it needs is installed, so a missing part is
 * a failure there, not a reason.
 *
 * @module
 */
export function mayRun(missing: string | undefined): boolean {
  if (missing === undefined) return true
  if (process.env.TOOLCRIB_NOTHING_SKIPPED === '1')
    throw new Error(`Expected nothing to be skipped here, but: ${missing}`)
  process.stderr.write(`skipped: ${missing}\n`)
  return false
}
