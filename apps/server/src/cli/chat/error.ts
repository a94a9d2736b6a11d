/**
 * Why a conversation in the terminal cannot begin.
 *
 * @module
 */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
