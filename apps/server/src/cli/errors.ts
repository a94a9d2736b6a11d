/**
 * What the command line itself refuses. Everything else that ends a command has the code of the layer it comes from.
 *
 * @module
 */
export interface CliErrorDetails {
  USAGE: { problem: string }
  URL_INVALID: { url: string }
  SERVER_UNREACHABLE: { origin: string }
  NOT_TOOLCRIB: { origin: string; status: number }
  CONVERSATION_ENDED: { reason: string }
}

const catalogue: { readonly [C in keyof CliErrorDetails]: (details: CliErrorDetails[C]) => string } = {
  USAGE: (d) => d.problem,
  URL_INVALID: (d) => `Expected --url to be an http or https address, got "${d.url}"`,
  SERVER_UNREACHABLE: (d) =>
    `No server answers at ${d.origin}; start one with \`npm start\`, or name another one with --url`,
  NOT_TOOLCRIB: (d) =>
    `What answers at ${d.origin} is no Toolcrib server (status ${d.status}); name another with --url`,
  CONVERSATION_ENDED: (d) => `The conversation ended: ${d.reason}`,
}

export const cliErrorCodes: readonly (keyof CliErrorDetails)[] = Object.keys(catalogue) as (keyof CliErrorDetails)[]

export class CliError<C extends keyof CliErrorDetails = keyof CliErrorDetails> extends Error {
  override readonly name = 'CliError'
  readonly code: C
  readonly details: CliErrorDetails[C]

  constructor(code: C, details: CliErrorDetails[C], options?: ErrorOptions) {
    super(catalogue[code](details), options)
    this.code = code
    this.details = details
  }
}

/** A refusal of the server, told here as it was told there. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
