/** What a model threw, as a failure of the model. The law: what is no ModelError says nothing to a person. @module */
import { failureOf, ModelError, modelErrorCodes } from './errors.ts'
import type { Logger, Model } from './ports.ts'

export function asModelError(
  error: unknown,
  { model, runId, logger }: { readonly model: Model; readonly runId: string; readonly logger: Logger },
): ModelError {
  if (isModelError(error)) return error
  logger.error({ err: error, runId, model: model.name }, 'The model failed with what is no ModelError')
  return new ModelError('MODEL_FAILED', { model: model.name }, { cause: error })
}

/** By name and code: another copy of this package has other classes. */
function isModelError(error: unknown): error is ModelError {
  if (!(error instanceof Error && error.name === 'ModelError')) return false
  const { code } = failureOf(error)
  return modelErrorCodes.some((known) => known === code)
}
