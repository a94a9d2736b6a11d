/** Stands where classes would be weighed against each other: ours do not disagree. */
export function twMerge(...classes: readonly string[]): string {
  return classes.join(' ')
}
