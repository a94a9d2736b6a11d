/** The known words that a mistyped one may have meant. @module */

/** At most `max` (default 3), nearest first; none when nothing is near. */
export function nearestTo(word: string, known: Iterable<string>, max: number = 3): readonly string[] {
  const wanted = word.slice(0, 64).toLowerCase()
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  const near: { readonly candidate: string; readonly distance: number }[] = []
  for (const candidate of known) {
    const folded = candidate.slice(0, 64).toLowerCase()
    const contained = wanted.length > 2 && (folded.includes(wanted) || (folded.length > 2 && wanted.includes(folded)))
    const distance = contained ? 1 : distanceOf(wanted, folded, limit)
    if (distance <= limit) near.push({ candidate, distance })
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  return near.slice(0, max).map((item) => item.candidate)
}

/** Insertions, deletions, replacements and swaps of neighbours; anything above `limit` is as good as infinite. */
function distanceOf(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let older: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      let best = Math.min(
        (last[column] ?? limit) + 1,
        (next[column - 1] ?? limit) + 1,
        (last[column - 1] ?? limit) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) best = Math.min(best, (older[column - 2] ?? limit) + 1)
      next.push(best)
    }
    older = last
    last = next
  }
  return last[b.length] ?? limit + 1
}
