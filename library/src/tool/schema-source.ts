/**
 * What a tool's schema can be written in. The law: one schema serves the model, the check and the type.
 *
 * @module
 */
import type { StandardTypedV1 } from '@standard-schema/spec'
import type { JsonObject } from '../protocol/vocabulary.ts'

/**
 * A plain JSON Schema, draft 2020-12 or 7. TypeBox's schemas are such objects too.
 * A tool written with one has its input typed by the type argument of `defineTool`.
 */
export type JsonSchema = ({ readonly [keyword: string]: unknown } | object) & {
  readonly '~standard'?: never
  readonly schema?: never
}

/** For a Standard Schema that can not tell its JSON Schema by itself, such as one of Zod 3 or plain Valibot. */
export interface SchemaPair<S extends StandardTypedV1 = StandardTypedV1> {
  /** Checks, and gives the type. */
  readonly schema: S
  /** Told to the model. Keep the two in step. */
  readonly jsonSchema: JsonSchema
}

/** Zod 4 and ArkType tell their JSON Schema; so does Valibot through `toStandardJsonSchema` of its companion package. */
export type TypedSchema = StandardTypedV1 | SchemaPair

/** What a call's `execute` gets: the schema's output, after its defaults and transforms. */
export type ParsedBy<S> =
  S extends SchemaPair<infer Inner>
    ? StandardTypedV1.InferOutput<Inner>
    : S extends StandardTypedV1
      ? StandardTypedV1.InferOutput<S>
      : JsonObject

/** What an `execute` must give for its `output` schema: the schema's input, before its defaults and transforms. */
export type GivenTo<S> =
  S extends SchemaPair<infer Inner>
    ? StandardTypedV1.InferInput<Inner>
    : S extends StandardTypedV1
      ? StandardTypedV1.InferInput<S>
      : unknown
