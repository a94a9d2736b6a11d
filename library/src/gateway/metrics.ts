/**
 * What a gateway counts. The law: failed attempts count too. @module
 */

export interface GatewayMetrics {
  readonly connections: {
    readonly open: number
    /** Places taken: open sockets, and event streams. */
    readonly places: number
    readonly accepted: number
    /** By the code of the refusal. */
    readonly refused: Readonly<Record<string, number>>
    /** By the close code. */
    readonly closed: Readonly<Record<number, number>>
    /** Closed because nothing came back. */
    readonly deadPeers: number
  }
  readonly commands: {
    readonly ok: number
    /** By the code of the refusal. */
    readonly refused: Readonly<Record<string, number>>
  }
  /** Tools that clients offered, and calls of them: what was refused, by code. */
  readonly offers: { readonly refused: Readonly<Record<string, number>> }
  /** Events written to sockets, each counted once per socket. */
  readonly eventsSent: number
  /** How often a feed was sent back to the log because its reader did not keep up. */
  readonly feedsBehind: number
}

/** The same, to be counted in. */
export interface GatewayCounts {
  accepted: number
  deadPeers: number
  eventsSent: number
  feedsBehind: number
  readonly refused: Record<string, number>
  readonly closed: Record<number, number>
  readonly commands: { ok: number; readonly refused: Record<string, number> }
  readonly offersRefused: Record<string, number>
}

export function createGatewayCounts(): GatewayCounts {
  return {
    accepted: 0,
    deadPeers: 0,
    eventsSent: 0,
    feedsBehind: 0,
    refused: {},
    closed: {},
    commands: { ok: 0, refused: {} },
    offersRefused: {},
  }
}

export function metricsOf(
  counts: GatewayCounts,
  { open, places }: Pick<GatewayMetrics['connections'], 'open' | 'places'>,
): GatewayMetrics {
  const { accepted, refused, closed, deadPeers, commands, offersRefused, eventsSent, feedsBehind } = counts
  return {
    connections: { open, places, accepted, refused: { ...refused }, closed: { ...closed }, deadPeers },
    commands: { ok: commands.ok, refused: { ...commands.refused } },
    offers: { refused: { ...offersRefused } },
    eventsSent,
    feedsBehind,
  }
}
