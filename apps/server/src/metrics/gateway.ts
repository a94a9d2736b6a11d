/**
 * The gateway's own counts, as Prometheus reads them: taken when asked, kept nowhere twice.
 *
 * @module
 */
import { Counter, Gauge, type Registry as PrometheusRegistry } from 'prom-client'
import type { Gateway } from 'toolcrib/gateway'
import { CLOSE } from 'toolcrib/protocol'
import { otherLabel } from './labels.ts'

/** Ours, and those that stand for a peer that went away without a word (RFC 6455, section 7.4.1). */
const knownCloseCodes: ReadonlySet<string> = new Set([...Object.values(CLOSE), 1005, 1006].map(String))

export function exportGateway(gateway: Gateway, registers: PrometheusRegistry[]): void {
  new Gauge({
    name: 'toolcrib_connections_open',
    help: 'Sockets open now',
    registers,
    collect() {
      this.set(gateway.metrics().connections.open)
    },
  })
  new Counter({
    name: 'toolcrib_connections_accepted_total',
    help: 'Sockets accepted',
    registers,
    collect() {
      this.reset()
      this.inc(gateway.metrics().connections.accepted)
    },
  })
  new Counter({
    name: 'toolcrib_connections_closed_total',
    help: 'Sockets closed, by close code',
    labelNames: ['code'] as const,
    registers,
    collect() {
      this.reset()
      for (const [code, count] of Object.entries(gateway.metrics().connections.closed)) {
        this.inc({ code: knownCloseCodes.has(code) ? code : otherLabel }, count)
      }
    },
  })
  new Counter({
    name: 'toolcrib_dead_peers_total',
    help: 'Sockets closed because nothing came back',
    registers,
    collect() {
      this.reset()
      this.inc(gateway.metrics().connections.deadPeers)
    },
  })
  new Counter({
    name: 'toolcrib_commands_total',
    help: 'Commands answered, `ok` or by the code of the refusal',
    labelNames: ['result'] as const,
    registers,
    collect() {
      this.reset()
      const { ok, refused } = gateway.metrics().commands
      this.inc({ result: 'ok' }, ok)
      for (const [result, count] of Object.entries(refused)) this.inc({ result }, count)
    },
  })
  new Counter({
    name: 'toolcrib_events_sent_total',
    help: 'Events written to sockets, once per socket',
    registers,
    collect() {
      this.reset()
      this.inc(gateway.metrics().eventsSent)
    },
  })
  new Counter({
    name: 'toolcrib_feeds_behind_total',
    help: 'How often a slow reader was sent back to the log',
    registers,
    collect() {
      this.reset()
      this.inc(gateway.metrics().feedsBehind)
    },
  })
}
