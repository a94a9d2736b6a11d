/**
 * A pause for whoever else needs the thread: timers and sockets get their turn.
 *
 * @module
 */
export function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
