/** Checks what a registry is configured with. The law: a bad option throws where it is given, and says what it expected. @module */

/** @throws {@link RangeError} unless the value is a whole number from `least` up, or Infinity. */
export function assertCount(option: string, value: number, least = 0): void {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= least) return
  throw new RangeError(
    `Expected \`${option}\` to be a whole number from ${least} up, or Infinity, got ${String(value)}`,
  )
}

/** @throws {@link RangeError} unless the value is a text of 1 to 256 characters. */
export function assertText(option: string, value: string): void {
  if (typeof value === 'string' && value.length > 0 && value.length <= 256) return
  const found = typeof value === 'string' ? `${value.length} characters` : typeof value
  throw new RangeError(`Expected \`${option}\` to be a text of 1 to 256 characters, got ${found}`)
}
