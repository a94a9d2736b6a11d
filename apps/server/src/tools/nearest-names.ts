/**
 * The known names that a name which is none was most likely meant to be.
 *
 * @module
 */

const MAX_NEAREST = 3

/** The nearest first; empty when none is near: within a third of its letters, or a beginning of it. */
export function nearestNames(name: string, known: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase()
  const near: { readonly name: string; readonly distance: number }[] = []
  for (const candidate of known) {
    const other = candidate.toLowerCase()
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3))
    if (Math.abs(wanted.length - other.length) > limit && !(wanted.length >= 3 && other.startsWith(wanted))) continue
    const distance = wanted.length >= 3 && other.startsWith(wanted) ? 1 : editDistance(wanted, other, limit)
    if (distance <= limit) near.push({ name: candidate, distance })
  }
  near.sort((a, b) => a.distance - b.distance || a.name.length - b.name.length || a.name.localeCompare(b.name))
  return near.slice(0, MAX_NEAREST).map((found) => found.name)
}

/** Insertions, removals and replacements that turn one into the other; Infinity as soon as they are more than `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    let least = row
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const steps = Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      current.push(steps)
      if (steps < least) least = steps
    }
    if (least > limit) return Number.POSITIVE_INFINITY
    previous = current
  }
  return previous[b.length] ?? 0
}
