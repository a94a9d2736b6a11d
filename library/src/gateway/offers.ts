/**
 * The tools that one connection offers. The law: they are admitted by the registry like any other, into the connection's
 * own scope, with a client's trust; they hide nothing and are gone with it. @module
 */
import { CLIENT_TAG } from '../agent/seats.ts'
import type { OfferedTool, OfferVerdict } from '../protocol/offered-tool.ts'
import type { JsonValue } from '../protocol/vocabulary.ts'
import { RegistryError } from '../registry/errors.ts'
import type { Registration, Registry } from '../registry/registry.ts'
import type { Verdict } from '../registry/verdict.ts'
import { defineTool } from '../tool/define-tool.ts'
import { canonicalJson } from '../tool/fingerprint.ts'
import type { Tool } from '../tool/tool.ts'
import { GatewayError } from './errors.ts'
import type { GatewayLimits } from './gateway.ts'
import { costlySchema, oversizedSchema } from './offered-schema.ts'
import { createPeerCalls, type PeerCallsOptions, type PeerResult } from './peer-calls.ts'

export interface OffersOptions extends Omit<PeerCallsOptions, 'maxCalls'> {
  readonly connectionId: string
  readonly scope: Registry<Tool>
  readonly limits: Pick<GatewayLimits, 'maxOfferedTools' | 'maxOfferedSchemaBytes' | 'maxPeerCalls'>
  /** Told of each tool, and each call, that was refused. */
  readonly onRefused: (code: string) => void
}

export interface Offers extends Disposable {
  /** Tools that are offered now. */
  readonly count: number
  /** Calls that the peer has at work. */
  readonly calls: number
  /**
   * Takes the whole list: what is not in it any more is withdrawn first, what is in it unchanged stays as it is.
   *
   * @throws {@link GatewayError} `TOO_MANY_TOOLS`; what was offered before stays then.
   */
  offer(tools: readonly OfferedTool[]): readonly OfferVerdict[]
  /** @throws {@link GatewayError} `CALL_NOT_OPEN`. */
  settle(result: PeerResult): void
}

interface Offered {
  readonly tool: Tool
  registration: Registration | undefined
}

export function createOffers(options: OffersOptions): Offers {
  const { connectionId, scope, limits, push, checkReading, onRefused } = options
  const { maxOfferedTools, maxOfferedSchemaBytes, maxPeerCalls } = limits
  const calls = createPeerCalls({ maxCalls: maxPeerCalls, push, checkReading, onRefused })
  /** By what was said of them. */
  const offered = new Map<string, Offered>()
  const active = (): readonly Offered[] => [...offered.values()].filter(({ registration }) => registration?.active)

  function judge(description: OfferedTool, key: string): OfferVerdict {
    const verdict = admit(description, key)
    if (verdict.code !== undefined) onRefused(verdict.code)
    return verdict
  }

  function admit(description: OfferedTool, key: string): OfferVerdict {
    const { name } = description
    const tooLarge = oversizedSchema(description, maxOfferedSchemaBytes)
    if (tooLarge !== undefined) return { ...tooLarge, name, verdict: 'refused' }
    const known = offered.get(key) ?? { tool: toolOf(description), registration: undefined }
    const costly = offered.has(key) ? undefined : costlySchema(known.tool)
    if (costly !== undefined) return { ...costly, name, verdict: 'refused' }
    try {
      const registration = scope.add(known.tool, { origin: `client:${connectionId}`, trust: 'client' })
      if (registration.verdict.verdict !== 'unchanged') known.registration = registration
      offered.set(key, known)
      return verdictOf(name, registration.verdict, known.tool)
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      return verdictOf(name, error.verdict, known.tool)
    }
  }

  function toolOf({ inputSchema, outputSchema, effect = 'write', ...said }: OfferedTool): Tool {
    const tool: Tool = defineTool<JsonValue>({
      ...said,
      input: inputSchema,
      ...(outputSchema === undefined ? {} : { output: outputSchema }),
      effect,
      tags: [CLIENT_TAG],
      async execute(input, call): Promise<JsonValue> {
        if (!active().some((one) => one.tool === tool)) throw new GatewayError('OFFER_GONE', { tool: tool.name })
        return await calls.ask(tool.name, input, call)
      },
    })
    return tool
  }

  function withdraw(key: string): void {
    offered.get(key)?.registration?.[Symbol.dispose]()
    offered.delete(key)
  }

  return {
    get count() {
      return active().length
    },
    get calls() {
      return calls.count
    },
    offer(tools) {
      if (tools.length > maxOfferedTools) throw new GatewayError('TOO_MANY_TOOLS', { maxOfferedTools })
      const keyed = tools.map((tool) => ({ tool, key: canonicalJson(jsonOf(tool)) }))
      const kept = new Set(keyed.map(({ key }) => key))
      for (const key of offered.keys()) if (!kept.has(key)) withdraw(key)
      return keyed.map(({ tool, key }) => judge(tool, key))
    },
    settle: (result) => calls.settle(result),
    [Symbol.dispose]() {
      for (const key of offered.keys()) withdraw(key)
      calls.close()
    },
  }
}

/** Nothing of it tells where in the server's code anything stands. */
function verdictOf(name: string, { verdict, code, where, found, cause, fix }: Verdict, tool: Tool): OfferVerdict {
  if (verdict !== 'refused') {
    const { fingerprint } = tool
    return { name, verdict: verdict === 'unchanged' ? 'unchanged' : 'admitted', fingerprint }
  }
  return {
    name,
    verdict,
    ...(code === undefined ? {} : { code }),
    ...(where === undefined ? {} : { path: where.replace(/^\/(input|output)(?=\/|$)/, '/$1Schema') }),
    ...(found === undefined ? {} : { found }),
    ...(cause === undefined ? {} : { cause }),
    ...(fix === undefined ? {} : { fix }),
  }
}

/** Parsed from JSON, with nothing in it that is not. */
function jsonOf(tool: OfferedTool): JsonValue {
  return { ...tool } as unknown as JsonValue
}
