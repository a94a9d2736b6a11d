/** By what it shows that a server was started with another configuration. The law: no secret goes into it. @module */
import { hashJson, isTool } from 'toolcrib'
import type { JsonValue } from 'toolcrib/protocol'
import type { ServerConfig } from '../config.ts'

/** SHA-256 over what can be told of it: secrets by their place, tools by their fingerprint, models by their name. */
export function configFingerprint(config: ServerConfig): string {
  return hashJson(JSON.parse(JSON.stringify(config, told)) as JsonValue)
}

function told(key: string, value: unknown): unknown {
  if (isTool(value)) return value.fingerprint
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (key === 'model') return nameOf(value)
  if (key === 'models' && Array.isArray(value)) return value.map(nameOf)
  return typeof value === 'function' || typeof value === 'bigint' ? String(typeof value) : value
}

/** What is made by code may hold anything: a key, and itself. */
function nameOf(model: unknown): unknown {
  return typeof model === 'object' && model !== null && 'name' in model ? String(model.name) : model
}
