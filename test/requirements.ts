/**
 * The behaviours to prove, as data. Tests cite an id in their title, in brackets; the gate beside this file fails on an id
 * that no test cites, and on one that a test invents.
 *
 * @module
 */

/** U unit, I integration, E end to end, B a real browser, P a benchmark in bench/, C processes killed and sockets cut. */
export type Level = 'U' | 'I' | 'E' | 'B' | 'P' | 'C'

export interface Requirement {
  readonly id: string
  readonly behaviour: string
  readonly levels: readonly Level[]
  /** What of it is not proved yet, and why. Tests may prove a part of it. */
  readonly missing?: string
}

export const requirements: readonly Requirement[] = [
  {
    id: 'REG-01',
    behaviour:
      "the same name twice in what one scope can see is refused 'NAME_TAKEN'; the first stays; both places are named",
    levels: ['U'],
  },
  {
    id: 'REG-02',
    behaviour: "the very same tool offered again is 'unchanged': no error, no second entry, no event storm",
    levels: ['U'],
  },
  {
    id: 'REG-03',
    behaviour: 'two registries of one process share nothing; two servers run in one process',
    levels: ['U'],
  },
  {
    id: 'REG-04',
    behaviour:
      "a schema offered as a tool is refused 'NOT_A_TOOL'/'schema' with its library named: Zod, Valibot, ArkType (callable!), TypeBox old and new, JSON Schema",
    levels: ['U'],
  },
  {
    id: 'REG-05',
    behaviour:
      'a class, a subclass of a tool-like class, an anonymous class, a bound function, an arrow, a Proxy, a promise, a module namespace, a null-prototype object, a string, null: each refused with its own kind, none by an accidental TypeError',
    levels: ['U'],
  },
  {
    id: 'REG-06',
    behaviour: 'no name is ever inferred: minified, anonymous and default-named things have no way in',
    levels: ['U'],
  },
  {
    id: 'REG-07',
    behaviour:
      "names: grammar, length, reserved words, prototype words ('constructor', 'toString', '__proto__') safe; look-alikes refused 'NAME_CONFUSABLE' with both named",
    levels: ['U'],
  },
  {
    id: 'REG-08',
    behaviour:
      'a lower scope can neither replace nor shadow what lies above; a source of lower trust never wins over a higher one',
    levels: ['U'],
  },
  {
    id: 'REG-09',
    behaviour:
      "'offer' never throws; one bad candidate costs none of the good ones (or, atomic, all are refused); every refusal carries code, path and fix",
    levels: ['U'],
  },
  {
    id: 'REG-10',
    behaviour: 'a bad catalogue stops the start with every verdict printed, not the first only',
    levels: ['E'],
  },
  {
    id: 'REG-11',
    behaviour: "'report' mode passes advisory rules with a would-be verdict; no mode admits a non-tool",
    levels: ['U'],
  },
  {
    id: 'REG-12',
    behaviour:
      'freeze, withdraw, replace, tags, filters, factories, custom validators (a throwing validator refuses), deterministic order; adding a factory never replaces an entry silently; tags never go stale',
    levels: ['U'],
  },
  {
    id: 'REG-13',
    behaviour:
      'metrics count every verdict by code, reads, opens, closes, leaks; failed attempts count; every health state is reached in a test',
    levels: ['U'],
  },
  {
    id: 'REG-14',
    behaviour: 'opening a scope is O(1) and copies nothing; closing returns every count to zero',
    levels: ['U', 'P'],
  },
  {
    id: 'REG-15',
    behaviour:
      'instances: made once per scope of their lifetime, even under concurrent first calls; disposed newest first; one failing disposal skips nothing and is reported',
    levels: ['U'],
  },
  {
    id: 'REG-16',
    behaviour:
      "a scope used after closing refuses 'SCOPE_CLOSED'; closing twice is one close; closing inside a deadline reports what would not close",
    levels: ['U'],
  },
  { id: 'REG-17', behaviour: 'an unclosed, collected scope is counted and named as leaked', levels: ['I'] },
  {
    id: 'REG-18',
    behaviour:
      'the audit stream has every verdict, open, close, withdrawal and leak, in order, and a slow or throwing listener harms nobody',
    levels: ['U'],
  },
  {
    id: 'REG-19',
    behaviour:
      'tools that other frameworks define (AI SDK, LangChain, OpenAI Agents, Mastra, MCP) come in through their adapter, work, and are refused with a pointer to it otherwise',
    levels: ['I'],
    missing: 'adapters for the tools of other frameworks are not built yet; only their refusal is proved',
  },
  { id: 'REG-20', behaviour: 'tool categories: list by category, for agents configured by category', levels: ['U'] },
  {
    id: 'CALL-01',
    behaviour:
      "prepare, execute, finalize in that order; calls of a step run together, results return in the model's order",
    levels: ['U'],
  },
  {
    id: 'CALL-02',
    behaviour:
      "input is validated before execution; a bad input is outcome 'invalid' with the paths, fed back to the model",
    levels: ['U'],
  },
  {
    id: 'CALL-03',
    behaviour:
      'an unknown name is an outcome with the nearest names; a hidden tool and an absent one answer alike; the run goes on',
    levels: ['U'],
  },
  {
    id: 'CALL-04',
    behaviour:
      'a throwing, rejecting, hanging, oversized, non-JSON or wrongly typed result ends in its honest outcome, never in success',
    levels: ['U'],
  },
  {
    id: 'CALL-05',
    behaviour: "time-out and stop: signal, grace, then 'abandoned'; the late result is quarantined and recorded",
    levels: ['U'],
  },
  {
    id: 'CALL-06',
    behaviour:
      'permissions are default-deny, evaluated in one place, on list and on call; the caller has no switch to skip them',
    levels: ['U'],
  },
  {
    id: 'CALL-07',
    behaviour:
      'limits per call, run, user, tenant, tool (rate, concurrency, time, steps, tokens) reserve before and settle after; each declared limit is driven to its refusal',
    levels: ['U'],
  },
  {
    id: 'CALL-08',
    behaviour: "secrets never reach events, logs, errors or the model ('redact' in the schema, and known key names)",
    levels: ['U'],
  },
  {
    id: 'CALL-09',
    behaviour:
      "two users calling the same tool at the same time never see each other's principal, instance, progress or result",
    levels: ['I'],
  },
  {
    id: 'RUN-01',
    behaviour:
      "the whole way: sign in, connect, send, 'agent_started', 'agent_thinking', 'tool_executing', 'tool_completed', 'agent_completed', answer stored",
    levels: ['E'],
  },
  {
    id: 'RUN-02',
    behaviour: "the order contract holds for every stream, checked by the same code in tests, client and 'verify'",
    levels: ['U', 'E'],
  },
  {
    id: 'RUN-03',
    behaviour: "exactly one 'agent_completed', on success, failure, stop, time-out, limit and crash",
    levels: ['U', 'C'],
  },
  {
    id: 'RUN-04',
    behaviour: 'a refused supervisor, an unreachable model, a broken key: the user is told, the thread stays usable',
    levels: ['E'],
  },
  {
    id: 'RUN-05',
    behaviour:
      "drop the socket mid-run and reconnect with 'after': the concatenation equals the log; nothing lost, nothing twice",
    levels: ['E', 'C'],
  },
  {
    id: 'RUN-06',
    behaviour: 'two tabs of one user see the same thread alike; another user sees none of it and cannot guess it',
    levels: ['E'],
  },
  {
    id: 'RUN-07',
    behaviour:
      'kill -9 at any moment of a run: after the restart it ends, with honest outcomes and no acknowledged event lost',
    levels: ['C'],
  },
  {
    id: 'RUN-08',
    behaviour:
      'an approval asked before a restart can be answered after it, from another connection, by whom the policy allows, once; edited arguments are validated again',
    levels: ['E', 'C'],
  },
  { id: 'RUN-09', behaviour: 'stop is acknowledged, ends the run once, frees the thread at once', levels: ['E'] },
  { id: 'RUN-10', behaviour: 'a message sent twice with one idempotency key starts one run', levels: ['E'] },
  {
    id: 'RUN-11',
    behaviour: 'a run outlives its connection; its owner finds the answer on the next visit',
    levels: ['E'],
  },
  {
    id: 'RUN-12',
    behaviour: 'sub-agents: their events name their parent; stopping the parent stops them',
    levels: ['I'],
  },
  {
    id: 'RUN-13',
    behaviour:
      'provider streams as they really come: split at odd bytes, parallel calls, repeated call ids, broken argument JSON, 429 with retry, cut mid-stream, no finish reason',
    levels: ['I'],
  },
  {
    id: 'RUN-14',
    behaviour: "shutdown drains: running steps finish or are handed over, sockets get 'goodbye', nothing is lost",
    levels: ['C'],
  },
  {
    id: 'CONN-01',
    behaviour:
      "no credentials, bad signature, 'alg: none', wrong issuer or audience, expired, not yet valid: refused before the upgrade, with 401 and a reason code",
    levels: ['I'],
  },
  {
    id: 'CONN-02',
    behaviour: 'OIDC sign-in with PKCE against a real OpenID provider; session cookie; sign-out',
    levels: ['E'],
    missing: 'sign-in through an OpenID provider is not built yet',
  },
  { id: 'CONN-03', behaviour: "a foreign 'Origin' with a valid cookie is refused 403", levels: ['I'] },
  {
    id: 'CONN-04',
    behaviour: 'tickets: single use, 30 s, bound to their principal, carry no permissions of their own',
    levels: ['I'],
  },
  {
    id: 'CONN-05',
    behaviour: "a token that expires or is revoked closes its socket (4401); 'auth.refresh' keeps it open",
    levels: ['I'],
  },
  {
    id: 'CONN-06',
    behaviour:
      'frames: not JSON, not text, unknown type, wrong shape, too big, too many: one typed error or close code each; the connection of nobody else notices',
    levels: ['I'],
  },
  {
    id: 'CONN-07',
    behaviour: 'the reader never waits for a run: pings, stop and other commands are answered while one is running',
    levels: ['I'],
  },
  {
    id: 'CONN-08',
    behaviour:
      'a dead peer is noticed (ping/pong) and its scope closed; a slow reader is fed from the log and costs bounded memory',
    levels: ['I', 'C'],
  },
  {
    id: 'CONN-09',
    behaviour: '20 and 200 and 2,000 connections at once: all served, counts return to zero',
    levels: ['I', 'P'],
  },
  {
    id: 'CONN-10',
    behaviour: 'reconnecting gives a fresh connection scope; nothing of the old one is found in it',
    levels: ['I'],
  },
  { id: 'CONN-11', behaviour: 'the same user connecting many times at once never collides', levels: ['I'] },
  {
    id: 'CONN-12',
    behaviour:
      "tools that the browser offers live in its connection's scope, cannot shadow, vanish with it; a call to a vanished tool has an honest outcome",
    levels: ['E'],
  },
  {
    id: 'OPS-01',
    behaviour:
      'metrics: connection success, admission by verdict and code, inferred names (always 0), scopes opened/closed/leaked, runs by outcome, calls by outcome, latency histograms',
    levels: ['I'],
  },
  { id: 'OPS-02', behaviour: 'live, ready and detailed health; each state reached in a test', levels: ['I'] },
  {
    id: 'OPS-03',
    behaviour: 'traces with the OpenTelemetry GenAI names: run › step › call',
    levels: ['I'],
    missing: 'traces are not built yet',
  },
  {
    id: 'OPS-04',
    behaviour:
      'audit: who called what with which tool fingerprint and argument hash, what was decided, how it ended; no secrets',
    levels: ['I'],
  },
  {
    id: 'OPS-05',
    behaviour:
      "'toolcrib verify URL' drives a live deployment through the end-to-end list with real sign-in and gives a verdict (exit code, JUnit, HTML): a deployment gate",
    levels: ['E'],
    missing: 'the deployment check is not built yet',
  },
  {
    id: 'OPS-06',
    behaviour: 'an end-to-end test that finishes without a network round trip fails as "did not run"',
    levels: ['I'],
  },
  {
    id: 'OPS-07',
    behaviour:
      'the isolation proof: many users under generated interleavings with canary values; a canary in a foreign scope, event, log line or answer fails',
    levels: ['E'],
  },
  {
    id: 'OPS-08',
    behaviour: 'memory is flat over 10,000 connect, chat, disconnect cycles',
    levels: ['E', 'P'],
  },
  {
    id: 'OPS-09',
    behaviour:
      'every option is checked at start with name, expected, received; no environment variable is read outside the composition root',
    levels: ['U'],
  },
  {
    id: 'WEB-01',
    behaviour:
      'sign in, new chat, streaming answer, tool cards with input, outcome and time, stop, approve, retry; threads: list, rename, delete, search',
    levels: ['B'],
  },
  {
    id: 'WEB-02',
    behaviour: 'reload in the middle of an answer: it goes on where it was; the reconnect is visible',
    levels: ['B'],
  },
  {
    id: 'WEB-03',
    behaviour: 'operations: connections, scope tree, registry with verdicts, runs as a waterfall, health, live charts',
    levels: ['B'],
  },
  {
    id: 'WEB-04',
    behaviour: 'keyboard, screen reader (axe: no violations), light and dark, phone width',
    levels: ['B'],
  },
]
