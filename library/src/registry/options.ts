/** Checks what a registry is configured with. The law: a bad option throws where it is given, and says what it expected. @module */

/** @throws {@link RangeError} unless the value is a whole number from `least` up, or Infinity. */
export function assertCount(option: string, value: number, least = 0): void {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= least) return
  throw new RangeError(
    `Expected \`${option}\` to be a whole number from ${least} up, or Infinity, got ${String(value)}`,
  )
}

/** @throws {@link RangeError} unless the value is one of those allowed. */
export function assertOneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value === 'string' && allowed.includes(value)) return
  const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : typeof value
  throw new RangeError(`Expected \`${option}\` to be one of ${allowed.join(', ')}, got ${found}`)
}

/** @throws {@link TypeError} unless the value is a function. */
export function assertFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`Expected \`${option}\` to be a function, got ${typeof value}`)
}

/** @throws {@link RangeError} unless the value is a text of 1 to 256 characters. */
export function assertText(option: string, value: string): void {
  if (typeof value === 'string' && value.length > 0 && value.length <= 256) return
  const found = typeof value === 'string' ? `${value.length} characters` : typeof value
  throw new RangeError(`Expected \`${option}\` to be a text of 1 to 256 characters, got ${found}`)
}
