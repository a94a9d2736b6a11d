/**
 * Text as it is searched. The law: two texts that differ only in case or in Unicode presentation fold to the same.
 *
 * @module
 */

/** Upper case, because it also joins what lower case keeps apart: `ß` and `SS`, `ς` and `σ`. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toUpperCase()
}
