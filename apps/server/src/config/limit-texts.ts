/**
 * What each limit is for, in the words of docs/configuration.md: a test compares the two. The law: no limit without them.
 *
 * @module
 */
import type { LimitGroup } from 'toolcrib/operations'
import type { Limits } from './limits.ts'

export interface LimitText {
  readonly group: LimitGroup
  /** Half a sentence; between backticks stand names. */
  readonly bounds: string
  /** The same; empty when reaching it refuses nothing. */
  readonly answeredBy: string
}

export const limitTexts: { readonly [Name in keyof Limits]: LimitText } = {
  maxFrameBytes: { group: 'connections', bounds: 'one frame of a socket', answeredBy: 'close 1009' },
  maxMessageChars: { group: 'requests', bounds: 'all text of a message', answeredBy: '`MESSAGE_TOO_LONG`' },
  maxConnectionsPerUser: {
    group: 'connections',
    bounds: 'open sockets and event streams of one user on this node',
    answeredBy: '`TOO_MANY_CONNECTIONS`',
  },
  maxConnections: { group: 'connections', bounds: 'the same over all users', answeredBy: '`TOO_MANY_CONNECTIONS`' },
  commandsPerSecond: {
    group: 'requests',
    bounds: 'commands of one connection, in the long run',
    answeredBy: '`RATE_LIMITED`',
  },
  commandBurst: { group: 'requests', bounds: 'commands of one connection at once', answeredBy: '`RATE_LIMITED`' },
  maxOpenThreads: {
    group: 'connections',
    bounds: 'threads open on one connection',
    answeredBy: '`TOO_MANY_OPEN_THREADS`',
  },
  maxBufferedBytes: {
    group: 'connections',
    bounds: 'unread bytes of one connection, before it is fed from the log',
    answeredBy: 'nothing is lost; `NOT_READING` past twice of it',
  },
  pingIntervalMs: { group: 'connections', bounds: 'how often a peer is asked whether it lives', answeredBy: '' },
  pongTimeoutMs: { group: 'connections', bounds: 'how long it has to answer', answeredBy: 'the socket is cut' },
  maxPendingCommands: {
    group: 'requests',
    bounds: 'commands of one connection without a reply yet',
    answeredBy: '`TOO_MANY_PENDING`',
  },
  maxOfferedTools: {
    group: 'tools',
    bounds: 'tools that one connection may offer; 0: none',
    answeredBy: '`TOO_MANY_TOOLS`',
  },
  maxOfferedSchemaBytes: { group: 'tools', bounds: 'each schema of an offered tool', answeredBy: '`SCHEMA_TOO_LARGE`' },
  maxPeerCalls: {
    group: 'tools',
    bounds: 'calls of offered tools that one connection has at work',
    answeredBy: 'call ends `failed`',
  },
  maxSteps: { group: 'runs', bounds: 'model calls of one run', answeredBy: 'run ends `limit_reached`' },
  maxCalls: { group: 'runs', bounds: 'tool calls of one run', answeredBy: 'run ends `limit_reached`' },
  maxConcurrentCalls: {
    group: 'runs',
    bounds: 'tool calls of one step at work at once',
    answeredBy: 'the others wait',
  },
  maxRunMs: {
    group: 'runs',
    bounds: 'time of one run at work, over all attempts; waiting for a person does not count',
    answeredBy: 'run ends `timed_out`',
  },
  maxTokens: {
    group: 'runs',
    bounds: 'tokens of one run, in and out; a request that is estimated to hold more than is left is not made',
    answeredBy: 'run ends `limit_reached`',
  },
  maxCostMicros: {
    group: 'runs',
    bounds: 'what the models of one run cost, in millionths of the currency',
    answeredBy: 'run ends `limit_reached`',
  },
  maxOutputBytes: {
    group: 'runs',
    bounds: "a tool's output as the model is shown it",
    answeredBy: 'it is kept whole and shown cut',
  },
  stopGraceMs: { group: 'runs', bounds: 'how long a stopped call has to settle', answeredBy: 'call ends `abandoned`' },
  maxStepRetries: {
    group: 'runs',
    bounds: 'how often a step is made again when the model fails in it',
    answeredBy: 'run ends `failed`',
  },
  maxAttempts: {
    group: 'runs',
    bounds: 'how often a run is begun in a row, the first time included, while nodes die before it gets any further',
    answeredBy: 'run ends `failed`, `RUN_INTERRUPTED`',
  },
  maxAgentDepth: { group: 'runs', bounds: 'how deep agents may call agents', answeredBy: 'call ends `refused`' },
  maxRunsPerUser: { group: 'runs', bounds: 'runs of one user at work at once', answeredBy: '`RUNS_LIMIT`' },
  maxRunsPerTenant: { group: 'runs', bounds: 'runs of one tenant at work at once', answeredBy: '`TENANT_RUNS_LIMIT`' },
  maxOpenRunsPerUser: {
    group: 'runs',
    bounds: 'runs of one user that have not ended, at work or waiting for a person',
    answeredBy: '`OPEN_RUNS_LIMIT`',
  },
  maxToolsPerScope: {
    group: 'tools',
    bounds: 'tools of the catalogue, or of one user or connection',
    answeredBy: '`SCOPE_FULL`',
  },
  maxImageBytes: { group: 'attachments', bounds: 'one image that is attached', answeredBy: '`ATTACHMENT_TOO_LARGE`' },
  maxTextFileBytes: {
    group: 'attachments',
    bounds: 'one text file that is attached',
    answeredBy: '`ATTACHMENT_TOO_LARGE`',
  },
  maxAttachmentsPerMessage: {
    group: 'attachments',
    bounds: 'attachments of one message',
    answeredBy: '`ATTACHMENTS_LIMIT`',
  },
  maxAttachmentBytesPerUser: {
    group: 'attachments',
    bounds: 'all attachments of one user',
    answeredBy: '`ATTACHMENTS_FULL`',
  },
  maxPromptAttachmentBytes: {
    group: 'attachments',
    bounds: 'attachments in one request to a model, the newest first',
    answeredBy: 'the model is told which it does not see',
  },
  maxUploadsPerUser: {
    group: 'attachments',
    bounds: 'attachments of one user on their way in at once',
    answeredBy: '`UPLOADS_LIMIT`',
  },
  maxUploadingBytes: {
    group: 'attachments',
    bounds: 'attachments of all users on their way in at once; a single one is let in whatever its size',
    answeredBy: '`UPLOADS_LIMIT`',
  },
  maxDatabaseBytes: { group: 'store', bounds: 'the size of the database', answeredBy: '`STORE_FULL`' },
  auditKeepMs: {
    group: 'store',
    bounds: 'how long entries of the audit are kept',
    answeredBy: 'they are forgotten, the oldest first',
  },
  maxAuditEntries: {
    group: 'store',
    bounds: 'how many entries of the audit are kept',
    answeredBy: 'the oldest are forgotten',
  },
  maxStorePendingBytes: {
    group: 'store',
    bounds: 'what may wait for the disk, attachments apart',
    answeredBy: '`STORE_UNAVAILABLE`',
  },
  maxBodyBytes: { group: 'requests', bounds: 'the body of one HTTP request', answeredBy: '`BODY_TOO_LARGE`' },
  maxTokenBytes: { group: 'sign-in', bounds: 'one bearer token', answeredBy: '`TOKEN_MALFORMED`' },
  maxTokenLifeMs: {
    group: 'sign-in',
    bounds:
      'how long a token may live from its issue (`iat`, or when it is first seen) to its end: so long is a revocation remembered',
    answeredBy: '`TOKEN_LIFE`',
  },
  maxTickets: {
    group: 'sign-in',
    bounds: 'tickets issued and not used yet; of one user as many as `maxConnectionsPerUser`, then the oldest goes',
    answeredBy: '`TICKETS_FULL`',
  },
  signInsPerMinute: { group: 'sign-in', bounds: 'development sign-ins', answeredBy: '`SIGN_INS_LIMIT`' },
  sessionTtlMs: { group: 'sign-in', bounds: 'how long a development session lasts', answeredBy: '`TOKEN_EXPIRED`' },
  drainMs: {
    group: 'runs',
    bounds: 'how long a run may go on to the end of its step after SIGTERM',
    answeredBy: 'it is cut, and handed over',
  },
  sseHeartbeatMs: { group: 'connections', bounds: 'how often an idle event stream gets a comment', answeredBy: '' },
}
