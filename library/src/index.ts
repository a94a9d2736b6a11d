/** Public entry `toolcrib`: what an application defines, and the registry of its tools. @module */

export { type Agent, type AgentDefinition, defineAgent } from './agent/agent.ts'
export { defineConfig, type ToolcribConfig } from './gateway/config.ts'
export { assertCatalogue, catalogueReport } from './tool/catalogue.ts'
export { classify, type NotATool, type NotAToolKind } from './tool/classify.ts'
export { defineTool, isTool } from './tool/define-tool.ts'
export type { Executed, ToolDefinition } from './tool/definition.ts'
export {
  type AdmissionCode,
  admissionCodes,
  ToolError,
  type ToolErrorCode,
  type ToolErrorDetails,
  toolErrorCodes,
} from './tool/errors.ts'
export { canonicalJson, hashJson } from './tool/fingerprint.ts'
export { openInstance } from './tool/instance.ts'
export { type Manifest, type ManifestTool, manifestOf } from './tool/manifest.ts'
export type { GivenTo, JsonSchema, ParsedBy, SchemaPair, TypedSchema } from './tool/schema-source.ts'
export type {
  Call,
  CallLog,
  CompiledSchema,
  Issue,
  Lifetime,
  OpenContext,
  Parsed,
  Requirement,
  Tool,
} from './tool/tool.ts'
export { createToolRegistry, type ToolRegistryOptions } from './tool/tool-registry.ts'
