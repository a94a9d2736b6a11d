/**
 * The whole failure surface of the agent layer and its ports. Compare `code`: never the message, never the class.
 *
 * @module
 */
import { type Approvers, describeApprovers } from '../protocol/approvers.ts'
import { describeLimit } from '../protocol/limit-text.ts'
import type { Failure, LimitFacts, Retry } from '../protocol/vocabulary.ts'

export interface AgentErrorDetails {
  NOT_FOUND: { what: 'thread' | 'run' | 'approval' | 'agent' | 'attachment'; id: string }
  AGENT_UNKNOWN: { agent: string; known: readonly string[] }
  MODEL_UNKNOWN: { agent: string; model: string; known: readonly string[] }
  THREAD_BUSY: { threadId: string; runId: string }
  RUNS_LIMIT: { running: number; max: number }
  TENANT_RUNS_LIMIT: { running: number; max: number }
  OPEN_RUNS_LIMIT: { open: number; max: number }
  MESSAGE_EMPTY: { threadId: string }
  ATTACHMENT_NAME_INVALID: { fault: string }
  ATTACHMENT_TYPE_REFUSED: { name: string }
  ATTACHMENT_TOO_LARGE: { name: string; kind: 'image' | 'text file'; bytes: number; maxBytes: number }
  ATTACHMENT_IN_USE: { attachmentId: string }
  ATTACHMENTS_LIMIT: { count: number; max: number }
  MESSAGE_UNKNOWN: { threadId: string; messageId: string }
  APPROVAL_NOT_YOURS: { approvalId: string; approvers: readonly Approvers[] }
  APPROVAL_RESOLVED: { approvalId: string; decision: string }
  APPROVAL_EXPIRED: { approvalId: string }
  APPROVAL_INPUT_INVALID: { approvalId: string; tool: string; issues: readonly { path: string; message: string }[] }
  DRAINING: Record<never, never>
  OPTION_INVALID: { option: string; expected: string; received: string }
}

const agentCatalogue: Catalogue<AgentErrorDetails> = {
  NOT_FOUND: [
    'never',
    (d) => `There is no ${d.what} "${d.id}" that belongs to you; list yours and use one of their ids`,
  ],
  AGENT_UNKNOWN: [
    'never',
    (d) => `There is no agent "${d.agent}"; the agents are ${d.known.map((name) => `"${name}"`).join(', ')}`,
  ],
  MODEL_UNKNOWN: [
    'never',
    (d) =>
      `Agent "${d.agent}" does not offer the model "${d.model}"; its models are ${d.known.map((name) => `"${name}"`).join(', ')}`,
  ],
  THREAD_BUSY: [
    'later',
    (d) => `Run "${d.runId}" is at work on thread "${d.threadId}"; wait for its agent_completed, or stop it`,
  ],
  RUNS_LIMIT: [
    'later',
    (d) => `${d.running} of your runs are at work, the limit is ${d.max}; wait for one to end, or stop one`,
  ],
  TENANT_RUNS_LIMIT: [
    'later',
    (d) => `${d.running} runs of your tenant are at work, the limit is ${d.max}; wait for one to end`,
  ],
  OPEN_RUNS_LIMIT: [
    'later',
    (d) =>
      `${d.open} of your runs are at work or wait for a person, the limit is ${d.max}; answer what they ask, or stop some`,
  ],
  MESSAGE_EMPTY: [
    'never',
    (d) =>
      `The message for thread "${d.threadId}" is empty; send at least one text part that is not blank, or an attachment`,
  ],
  ATTACHMENT_NAME_INVALID: [
    'never',
    (d) => `The name of the attachment will not do: ${d.fault}; give it a plain file name without a path`,
  ],
  ATTACHMENT_TYPE_REFUSED: [
    'never',
    (d) => `"${d.name}" is no PNG, JPEG, GIF or WebP image and no UTF-8 text; convert it to one of these`,
  ],
  ATTACHMENT_TOO_LARGE: [
    'never',
    (d) => `"${d.name}" has ${d.bytes} bytes, the limit for one ${d.kind} is ${d.maxBytes}; attach a smaller one`,
  ],
  ATTACHMENT_IN_USE: ['never', (d) => `A message names attachment "${d.attachmentId}"; delete its thread to delete it`],
  ATTACHMENTS_LIMIT: [
    'never',
    (d) => `The message has ${d.count} attachments, the limit is ${d.max}; send the rest with another message`,
  ],
  MESSAGE_UNKNOWN: [
    'never',
    (d) =>
      `Thread "${d.threadId}" has no message "${d.messageId}" that another could follow; name one of its message_added, or leave \`follows\` out`,
  ],
  APPROVAL_NOT_YOURS: [
    'never',
    (d) => `Approval "${d.approvalId}" is for others to answer: ${describeApprovers(d.approvers)}`,
  ],
  APPROVAL_RESOLVED: [
    'never',
    (d) => `Approval "${d.approvalId}" was resolved before as "${d.decision}"; the first answer stands`,
  ],
  APPROVAL_EXPIRED: [
    'never',
    (d) => `Approval "${d.approvalId}" has expired; the call was refused, ask the agent again`,
  ],
  APPROVAL_INPUT_INVALID: [
    'never',
    (d) => `The edited arguments for "${d.tool}" do not fit its schema: ${listIssues(d.issues)}`,
  ],
  DRAINING: ['later', () => 'The server is shutting down and accepts no new runs; connect again and send it once more'],
  OPTION_INVALID: ['never', (d) => `Expected \`${d.option}\` to be ${d.expected}, got ${d.received}`],
}

export interface ModelErrorDetails {
  MODEL_UNREACHABLE: { model: string; address: string }
  MODEL_KEY_MISSING: { model: string; variable: string }
  MODEL_KEY_REFUSED: { model: string; status: number }
  MODEL_NOT_FOUND: { model: string }
  MODEL_RATE_LIMITED: { model: string; attempts: number }
  MODEL_OVERLOADED: { model: string; status: number; attempts: number }
  MODEL_REQUEST_REFUSED: { model: string; status: number; detail: string }
  MODEL_CONTEXT_EXCEEDED: { model: string }
  MODEL_STREAM_CUT: { model: string }
  MODEL_BAD_RESPONSE: { model: string; detail: string }
  MODEL_FAILED: { model: string }
}

const modelCatalogue: Catalogue<ModelErrorDetails> = {
  MODEL_UNREACHABLE: [
    'later',
    (d) => `The model "${d.model}" cannot be reached at ${d.address}; check that its server runs and try again`,
  ],
  MODEL_KEY_MISSING: [
    'never',
    (d) => `The model "${d.model}" needs a key; set ${d.variable} where the server is started`,
  ],
  MODEL_KEY_REFUSED: [
    'never',
    (d) => `The provider of "${d.model}" refused the key (HTTP ${d.status}); check the key and its permissions`,
  ],
  MODEL_NOT_FOUND: [
    'never',
    (d) => `The provider does not know the model "${d.model}"; check how it is named in the configuration`,
  ],
  MODEL_RATE_LIMITED: [
    'later',
    (d) => `The provider of "${d.model}" limits the rate, also after ${d.attempts} attempts; try again later`,
  ],
  MODEL_OVERLOADED: [
    'later',
    (d) => `The provider of "${d.model}" answered HTTP ${d.status}, also after ${d.attempts} attempts; try again later`,
  ],
  MODEL_REQUEST_REFUSED: [
    'never',
    (d) => `The provider of "${d.model}" refused the request (HTTP ${d.status}): ${d.detail}`,
  ],
  MODEL_CONTEXT_EXCEEDED: [
    'never',
    (d) => `The conversation is longer than "${d.model}" takes; send less at once, or begin a new thread`,
  ],
  MODEL_STREAM_CUT: ['later', (d) => `The stream of "${d.model}" broke off in the middle; try again`],
  MODEL_BAD_RESPONSE: ['later', (d) => `The model "${d.model}" answered with what cannot be read: ${d.detail}`],
  MODEL_FAILED: ['later', (d) => `The model "${d.model}" failed; the server's log has the cause`],
}

export interface StoreErrorDetails {
  NOT_FOUND: { what: string; id: string }
  FENCED: { runId: string; epoch: number }
  THREAD_BUSY: { threadId: string; runId: string }
  RECORDS_FULL: { collection: string; max: number }
  ATTACHMENTS_FULL: { used: number; bytes: number; max: number }
  STORE_FULL: { detail: string }
  STORE_UNAVAILABLE: { detail: string }
  STORE_LOCKED: { path: string }
  STORE_CORRUPT: { path: string; detail: string }
  STORE_TOO_NEW: { path: string; found: number; known: number }
  STORE_CLOSED: Record<never, never>
}

const storeCatalogue: Catalogue<StoreErrorDetails> = {
  NOT_FOUND: [
    'never',
    (d) => `There is no ${d.what} "${d.id}" that belongs to you; list yours and use one of their ids`,
  ],
  FENCED: [
    'never',
    (d) =>
      `Run "${d.runId}" is no longer held with epoch ${d.epoch}: it ended or another node took it over; stop working on it`,
  ],
  THREAD_BUSY: [
    'later',
    (d) => `Run "${d.runId}" is at work on thread "${d.threadId}"; wait for its agent_completed, or stop it`,
  ],
  RECORDS_FULL: [
    'never',
    (d) => `The collection "${d.collection}" already holds ${d.max} records, its limit; delete one first`,
  ],
  ATTACHMENTS_FULL: [
    'never',
    (d) =>
      `Your attachments take ${d.used} bytes and these are ${d.bytes} more than that; the limit is ${d.max}. Delete threads with attachments first`,
  ],
  STORE_FULL: [
    'later',
    (d) => `The disk is full and nothing was written (${d.detail}); free some space and send it again`,
  ],
  STORE_UNAVAILABLE: ['later', (d) => `The store does not answer and nothing was written (${d.detail}); try again`],
  STORE_LOCKED: [
    'later',
    (d) => `Another process holds the data folder "${d.path}"; stop it, or set TOOLCRIB_DATA to another folder`,
  ],
  STORE_CORRUPT: [
    'never',
    (d) => `The database "${d.path}" is damaged (${d.detail}); nothing was changed, restore it from a copy`,
  ],
  STORE_TOO_NEW: [
    'never',
    (d) => `The database "${d.path}" has schema ${d.found}, this version knows ${d.known}; start a newer Toolcrib`,
  ],
  STORE_CLOSED: ['later', () => 'The store is closed; the server is shutting down'],
}

/** Why a call did not end `ok`. A failure of a call is a result for the model, not an exception. */
export interface CallFailureDetails {
  TOOL_UNKNOWN: { tool: string; nearest: readonly string[] }
  TOOL_CHANGED: { tool: string }
  INPUT_NOT_JSON: { tool: string }
  INPUT_INVALID: { tool: string; issues: readonly { path: string; message: string }[] }
  CALLS_LIMIT: { tool: string; max: number }
  BUDGET_REACHED: { tool: string; limit: LimitFacts }
  BUDGET_UNAVAILABLE: { tool: string }
  APPROVAL_DENIED: { tool: string; reason: string | undefined }
  APPROVAL_EXPIRED: { tool: string }
  TOOL_FAILED: { tool: string; message: string }
  TOOL_OPEN_FAILED: { tool: string; message: string }
  TOOL_TIMED_OUT: { tool: string; timeoutMs: number }
  CALL_CANCELLED: { tool: string }
  CALL_ABANDONED: { tool: string; graceMs: number; cause: 'timed_out' | 'stopped' }
  CALL_UNKNOWN: { tool: string }
  OUTPUT_NOT_JSON: { tool: string; path: string; found: string }
  OUTPUT_INVALID: { tool: string; issues: readonly { path: string; message: string }[] }
  OUTPUT_NOT_KEPT: { tool: string; bytes: number }
  AGENT_TOO_DEEP: { agent: string; max: number }
  AGENT_NOT_DONE: { agent: string; outcome: string; detail: string }
}

const callCatalogue: Catalogue<CallFailureDetails> = {
  TOOL_UNKNOWN: [
    'never',
    (d) =>
      `There is no tool "${d.tool}"${d.nearest.length === 0 ? '' : `; the nearest are ${d.nearest.map((name) => `"${name}"`).join(', ')}`}. Use one of the tools that are listed`,
  ],
  TOOL_CHANGED: [
    'never',
    (d) => `"${d.tool}" was changed or withdrawn after it was approved and did not run; ask again`,
  ],
  INPUT_NOT_JSON: [
    'never',
    (d) => `The arguments for "${d.tool}" are not valid JSON; send them again as one JSON object`,
  ],
  INPUT_INVALID: ['never', (d) => `The arguments for "${d.tool}" do not fit its schema: ${listIssues(d.issues)}`],
  CALLS_LIMIT: ['never', (d) => `"${d.tool}" did not run: the run has used all ${d.max} of its calls`],
  BUDGET_REACHED: ['later', (d) => `"${d.tool}" did not run: ${describeBudget(d.limit)}`],
  BUDGET_UNAVAILABLE: ['later', (d) => `"${d.tool}" did not run: the budgets could not be asked; try again`],
  APPROVAL_DENIED: [
    'never',
    (d) => `"${d.tool}" did not run: it was denied${d.reason === undefined ? '' : `, with the reason: ${d.reason}`}`,
  ],
  APPROVAL_EXPIRED: ['later', (d) => `"${d.tool}" did not run: nobody approved it in time`],
  TOOL_FAILED: ['never', (d) => `"${d.tool}" failed: ${d.message}`],
  TOOL_OPEN_FAILED: ['later', (d) => `"${d.tool}" did not run: it could not be opened: ${d.message}`],
  TOOL_TIMED_OUT: [
    'later',
    (d) => `"${d.tool}" did not end within ${d.timeoutMs} ms and was stopped; part of its work may be done`,
  ],
  CALL_CANCELLED: ['later', (d) => `"${d.tool}" was stopped; part of its work may be done if it had started`],
  CALL_ABANDONED: [
    'later',
    (d) =>
      `"${d.tool}" ${d.cause === 'timed_out' ? 'timed out' : 'was stopped'} and did not end within ${d.graceMs} ms after that; it may still be at work`,
  ],
  CALL_UNKNOWN: [
    'later',
    (d) =>
      `The server stopped while "${d.tool}" was called; it is not known whether it ran, so check before repeating it`,
  ],
  OUTPUT_NOT_JSON: [
    'never',
    (d) => `"${d.tool}" ran, but returned ${d.found}${d.path === '' ? '' : ` at ${d.path}`}, which JSON cannot hold`,
  ],
  OUTPUT_INVALID: ['never', (d) => `"${d.tool}" ran, but its output does not fit its schema: ${listIssues(d.issues)}`],
  OUTPUT_NOT_KEPT: [
    'later',
    (d) => `"${d.tool}" ran, but its output of ${d.bytes} bytes could not be kept; ask for a smaller one`,
  ],
  AGENT_TOO_DEEP: [
    'never',
    (d) => `The agent "${d.agent}" was not called: agents may call agents ${d.max} deep, no deeper`,
  ],
  AGENT_NOT_DONE: [
    'later',
    (d) => `The agent "${d.agent}" ended as "${d.outcome}"${d.detail === '' ? '' : `: ${d.detail}`}`,
  ],
}

/** Why a run ended without an answer, where neither its model nor its store says so itself. */
export interface RunFailureDetails {
  RUN_TIMED_OUT: { maxRunMs: number }
  RUN_INTERRUPTED: { attempts: number }
  RUN_NOT_CONTINUED: { reason: string }
  MODEL_UNPRICED: { model: string }
  BUDGET_UNAVAILABLE: Record<never, never>
  CONTEXT_TOO_LARGE: { model: string; neededTokens: number; windowTokens: number; reason: string }
  ANSWER_EMPTY: { model: string }
  ANSWER_FILTERED: { model: string }
}

const runCatalogue: Catalogue<RunFailureDetails> = {
  RUN_TIMED_OUT: ['later', (d) => `The run did not end within ${d.maxRunMs} ms, its limit; ask for less at once`],
  RUN_INTERRUPTED: [
    'later',
    (d) =>
      `The server stopped in the middle of this run ${d.attempts} times in a row, so it was not tried again; send the message again`,
  ],
  RUN_NOT_CONTINUED: [
    'later',
    (d) => `The server was restarted and this run could not go on: ${d.reason}; send the message again`,
  ],
  MODEL_UNPRICED: [
    'never',
    (d) => `The model "${d.model}" has no price, and there is a budget of money; give it one, or leave the budget out`,
  ],
  BUDGET_UNAVAILABLE: ['later', () => 'The budgets could not be asked, so the model was not called; try again'],
  CONTEXT_TOO_LARGE: [
    'never',
    (d) =>
      `The conversation needs about ${d.neededTokens} tokens and does not fit into the ${d.windowTokens} of "${d.model}": ${d.reason}; send less at once, go on from an earlier message, or begin a new thread`,
  ],
  ANSWER_EMPTY: [
    'later',
    (d) => `The model "${d.model}" ended without an answer and without calling a tool; try again`,
  ],
  ANSWER_FILTERED: [
    'never',
    (d) => `The provider of "${d.model}" withheld the answer by its content filter; ask differently`,
  ],
}

type Catalogue<Details> = { readonly [C in keyof Details]: readonly [Retry, (details: Details[C]) => string] }

export type AgentErrorCode = keyof AgentErrorDetails
export type CallFailureCode = keyof CallFailureDetails
export type RunFailureCode = keyof RunFailureDetails
export type ModelErrorCode = keyof ModelErrorDetails
export type StoreErrorCode = keyof StoreErrorDetails

/** A command that was refused. Its message may be shown to the sender. */
export class AgentError<C extends AgentErrorCode = AgentErrorCode> extends Error {
  readonly code: C
  readonly retry: Retry
  readonly details: AgentErrorDetails[C]

  constructor(code: C, details: AgentErrorDetails[C], options?: ErrorOptions) {
    super(agentCatalogue[code][1](details), options)
    this.name = 'AgentError'
    this.code = code
    this.retry = agentCatalogue[code][0]
    this.details = details
  }
}

/** A model call that failed. Its message may be shown; its cause may not. */
export class ModelError<C extends ModelErrorCode = ModelErrorCode> extends Error {
  readonly code: C
  readonly retry: Retry
  readonly details: ModelErrorDetails[C]

  constructor(code: C, details: ModelErrorDetails[C], options?: ErrorOptions) {
    super(modelCatalogue[code][1](details), options)
    this.name = 'ModelError'
    this.code = code
    this.retry = modelCatalogue[code][0]
    this.details = details
  }
}

/** A store call that was refused or failed. Whatever it was to write was not written. */
export class StoreError<C extends StoreErrorCode = StoreErrorCode> extends Error {
  readonly code: C
  readonly retry: Retry
  readonly details: StoreErrorDetails[C]

  constructor(code: C, details: StoreErrorDetails[C], options?: ErrorOptions) {
    super(storeCatalogue[code][1](details), options)
    this.name = 'StoreError'
    this.code = code
    this.retry = storeCatalogue[code][0]
    this.details = details
  }
}

export const agentErrorCodes: readonly AgentErrorCode[] = Object.keys(agentCatalogue) as AgentErrorCode[]
export const modelErrorCodes: readonly ModelErrorCode[] = Object.keys(modelCatalogue) as ModelErrorCode[]
export const storeErrorCodes: readonly StoreErrorCode[] = Object.keys(storeCatalogue) as StoreErrorCode[]
export const callFailureCodes: readonly CallFailureCode[] = Object.keys(callCatalogue) as CallFailureCode[]
export const runFailureCodes: readonly RunFailureCode[] = Object.keys(runCatalogue) as RunFailureCode[]

/** The failure of a call, as model and person are shown it; issues become `paths`. */
export function callFailure<C extends CallFailureCode>(code: C, details: CallFailureDetails[C]): Failure {
  const [retry, describe] = callCatalogue[code]
  const failure: Failure = { code, message: describe(details), retry }
  return 'issues' in details ? { ...failure, paths: details.issues } : failure
}

/** The failure of a run. */
export function runFailure<C extends RunFailureCode>(code: C, details: RunFailureDetails[C]): Failure {
  const [retry, describe] = runCatalogue[code]
  return { code, message: describe(details), retry }
}

function describeBudget({ held, ...limit }: LimitFacts): string {
  if (held === true) return `what is at work holds the rest of ${describeLimit(limit)}; try again when that has ended`
  const until = limit.endsAt === undefined ? '' : `; it is whole again at ${new Date(limit.endsAt).toISOString()}`
  return `${describeLimit(limit)} has no room for it${until}`
}

function listIssues(issues: readonly { path: string; message: string }[]): string {
  return issues.map((issue) => `${issue.path || '/'}: ${issue.message}`).join('; ')
}

/** What of an error may leave the process. An error that is none of ours becomes `INTERNAL`, without its message. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Error && 'code' in error && 'retry' in error && typeof error.code === 'string') {
    const { name, code, retry, message } = error
    if (name === 'AgentError' || name === 'ModelError' || name === 'StoreError') {
      return { code, message, retry: retry === 'later' ? 'later' : 'never' }
    }
  }
  return {
    code: 'INTERNAL',
    message: 'The server failed; its log has the cause under this run or connection id',
    retry: 'later',
  }
}
