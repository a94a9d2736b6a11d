/** Stands where a browser would be helped that cannot copy. */
export default function copy<T>(value: T): T {
  return structuredClone(value)
}
