/**
 * Something held until it is disposed of. The law: it is given back once, however often that happens. @module
 */

/** A hot object, hence a class: every connection has some. */
export class Handle<T extends object> implements Disposable {
  readonly #giveBack: (held: T) => void
  #held: T | undefined

  constructor(held: T, giveBack: (held: T) => void) {
    this.#held = held
    this.#giveBack = giveBack
  }

  [Symbol.dispose](): void {
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.#giveBack(held)
  }
}
