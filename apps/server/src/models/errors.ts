/**
 * What can be wrong with the name of a model. What its provider refuses later is a `ModelError`.
 *
 * @module
 */

export interface ModelSpecErrorDetails {
  MODEL_SPEC_INVALID: { readonly expected: string; readonly received: string }
}

export const modelSpecErrorCodes: readonly (keyof ModelSpecErrorDetails)[] = ['MODEL_SPEC_INVALID']

/** A model that cannot be chosen, because its name is none. */
export class ModelSpecError extends Error {
  readonly code = 'MODEL_SPEC_INVALID'
  readonly retry = 'never'
  readonly details: ModelSpecErrorDetails['MODEL_SPEC_INVALID']

  constructor(details: ModelSpecErrorDetails['MODEL_SPEC_INVALID']) {
    super(`Expected TOOLCRIB_MODEL to be ${details.expected}, got "${details.received}"`)
    this.name = 'ModelSpecError'
    this.details = details
  }
}
