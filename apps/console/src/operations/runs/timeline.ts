/**
 * A run as spans of time: its steps, their calls, and the steps of agents that it called. Pure: the same events make the same
 * picture. The law: time never runs backwards in it, whatever a clock did.
 */
import type {
  AgentRewound,
  ApprovalRequested,
  ApprovalResolved,
  ContextCompacted,
  LoggedEvent,
  RunEvent,
  StepCompleted,
  ToolCompleted,
  ToolExecuting,
} from 'toolcrib/protocol'

export type BarKind = 'model' | 'queued' | 'waiting' | 'running'

/** A piece of time, in milliseconds since the run's message. */
export interface Bar {
  readonly kind: BarKind
  readonly from: number
  /** Null: it is not over. */
  readonly to: number | null
  /** Its node was lost in the middle. */
  readonly lost?: true
}

interface AnyRow {
  /** Unique in the run. */
  readonly key: string
  /** 0 for the run's own steps, 1 for their calls, 2 for the steps of an agent that is a call, … */
  readonly depth: number
  readonly step: number
  /** Where it begins in the log. */
  readonly seq: number
  readonly from: number
  readonly to: number | null
  readonly bars: readonly Bar[]
}

export interface StepRow extends AnyRow {
  readonly kind: 'step'
  readonly completed?: StepCompleted
  /** Made again: what it had shown is void. */
  readonly rewound?: AgentRewound
  readonly text: string
  readonly thinking: string
  /** Of an agent that was called. */
  readonly agent?: string
}

export interface SummaryRow extends AnyRow {
  readonly kind: 'summary'
  readonly compacted: ContextCompacted
}

export interface CallRow extends AnyRow {
  readonly kind: 'call'
  readonly callId: string
  readonly tool: string
  readonly requested: StepCompleted['calls'][number]
  readonly approvals: readonly { readonly asked: ApprovalRequested; readonly answered?: ApprovalResolved }[]
  /** The last time that it started. */
  readonly executing?: ToolExecuting
  readonly completed?: ToolCompleted
  readonly progressCount: number
  /** It was abandoned and settled then. */
  readonly lateAt?: number
}

export type Row = StepRow | SummaryRow | CallRow

export interface Mark {
  readonly kind: 'takeover' | 'warning'
  readonly at: number
  readonly label: string
}

export interface Timeline {
  readonly rows: readonly Row[]
  readonly marks: readonly Mark[]
  /** Of the last event; the run may go on. */
  readonly durationMs: number
  readonly ended: boolean
  /** When something happened, in order. */
  readonly moments: readonly number[]
}

type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? Draft<E>[] : T[K] }
type Node =
  | (Draft<StepRow> & { readonly children: Node[] })
  | (Draft<SummaryRow> & { readonly children: Node[] })
  | (Draft<CallRow> & { readonly children: Node[] })
type StepNode = Extract<Node, { kind: 'step' }>
type CallNode = Extract<Node, { kind: 'call' }>

/** The run that is looked at, or one inside it. */
interface Level {
  readonly runId: string
  readonly depth: number
  readonly nodes: Node[]
  readonly calls: Map<string, CallNode>
  readonly inner: Map<string, Level>
  agent?: string
}

interface Moment {
  readonly at: number
  /** Of the event before. */
  readonly before: number
  readonly seq: number
}

export function timelineOf(events: readonly LoggedEvent[]): Timeline {
  const marks: Mark[] = []
  const moments: number[] = []
  const start = events[0]?.at ?? 0
  let root: Level | undefined
  let now = 0
  let ended = false

  for (const { at, seq, event } of events) {
    if (event.type === 'thread_renamed') continue
    const before = now
    now = Math.max(now, at - start)
    moments.push(now)
    root ??= newLevel(event.runId, 0)
    if (event.type === 'message_added') continue
    if (event.type === 'agent_started' && event.attempt > 1) {
      marks.push({ kind: 'takeover', at: now, label: `Taken over: attempt ${event.attempt}` })
    }
    if (event.type === 'limit_warning') {
      marks.push({ kind: 'warning', at: now, label: `Nearly used up: ${event.limit.name}` })
    }
    if (event.type === 'agent_completed') ended = true
    applyTo(root, event, { at: now, before, seq })
  }
  return { rows: root === undefined ? [] : rowsOf(root.nodes), marks, durationMs: now, ended, moments }
}

function newLevel(runId: string, depth: number): Level {
  return { runId, depth, nodes: [], calls: new Map(), inner: new Map() }
}

function applyTo(level: Level, event: RunEvent, moment: Moment): void {
  const { at, before, seq } = moment
  switch (event.type) {
    case 'agent_started':
      level.agent = event.agent
      if (event.attempt > 1) for (const node of everyNode(level)) loseBars(node, before)
      break
    case 'context_compacted':
      level.nodes.push({
        kind: 'summary',
        ...place(level, `summary ${seq}`, { step: event.step, seq, from: before, depth: level.depth }),
        to: at,
        bars: [{ kind: 'model', from: before, to: at }],
        compacted: event,
      })
      break
    case 'agent_thinking':
    case 'agent_message': {
      const step = openStep(level, event.step, moment)
      if (event.type === 'agent_message') step.text += event.delta
      else step.thinking += event.delta ?? ''
      break
    }
    case 'step_completed': {
      const step = openStep(level, event.step, moment)
      step.completed = event
      closeBars(step, at)
      step.to = at
      for (const requested of event.calls) addCall(level, step, requested, moment)
      break
    }
    case 'agent_rewound': {
      const step = level.nodes.findLast((node): node is StepNode => node.kind === 'step' && node.step === event.step)
      if (step === undefined || step.rewound !== undefined) break
      step.rewound = event
      closeBars(step, at)
      step.to ??= at
      break
    }
    case 'approval_requested':
      withCall(level, event.callId, (call) => {
        call.approvals.push({ asked: event })
        closeBars(call, at)
        call.bars.push({ kind: 'waiting', from: at, to: null })
      })
      break
    case 'approval_resolved':
      withCall(level, event.callId, (call) => {
        const approval = call.approvals.findLast(({ asked }) => asked.approvalId === event.approvalId)
        if (approval !== undefined) approval.answered = event
        closeBars(call, at)
        call.bars.push({ kind: 'queued', from: at, to: null })
      })
      break
    case 'tool_executing':
      withCall(level, event.callId, (call) => {
        call.executing = event
        closeBars(call, at)
        call.bars.push({ kind: 'running', from: at, to: null })
      })
      break
    case 'tool_progress':
      withCall(level, event.callId, (call) => {
        call.progressCount += 1
      })
      break
    case 'tool_completed':
      withCall(level, event.callId, (call) => {
        call.completed = event
        closeBars(call, at)
        call.to = at
      })
      break
    case 'tool_late':
      withCall(level, event.callId, (call) => {
        call.lateAt = at
      })
      break
    case 'subagent_event':
      withCall(level, event.parentCallId, (call) => {
        const known = level.inner.get(event.event.runId)
        const inner = known ?? { ...newLevel(event.event.runId, call.depth + 1), nodes: call.children }
        level.inner.set(event.event.runId, inner)
        applyTo(inner, event.event, moment)
      })
      break
    case 'agent_completed':
      for (const node of everyNode(level)) {
        closeBars(node, at)
        node.to ??= at
      }
      break
    case 'limit_warning':
      break
    default:
      event satisfies never
  }
}

interface NewPlace {
  readonly step: number
  readonly seq: number
  readonly from: number
  readonly depth: number
}

function place(level: Level, name: string, { depth, step, seq, from }: NewPlace) {
  return { key: `${level.runId} ${name}`, depth, step, seq, from, to: null, children: [] }
}

/** The step that is being made, or a new one: also under the number of one that is void. */
function openStep(level: Level, number: number, { at, seq }: Moment): StepNode {
  const last = level.nodes.findLast((node): node is StepNode => node.kind === 'step' && node.step === number)
  if (last !== undefined && last.rewound === undefined) {
    // Its node was lost and it goes on, or it never had a bar.
    if (last.to === null && last.bars.every(({ to }) => to !== null))
      last.bars.push({ kind: 'model', from: at, to: null })
    return last
  }
  const made: StepNode = {
    kind: 'step',
    ...place(level, `step ${number} ${seq}`, { step: number, seq, from: at, depth: level.depth }),
    bars: [{ kind: 'model', from: at, to: null }],
    text: '',
    thinking: '',
    ...(level.depth === 0 || level.agent === undefined ? {} : { agent: level.agent }),
  }
  level.nodes.push(made)
  return made
}

function addCall(level: Level, step: StepNode, requested: CallRow['requested'], { at, seq }: Moment): void {
  const call: CallNode = {
    kind: 'call',
    ...place(level, `call ${requested.callId}`, { step: step.step, seq, from: at, depth: level.depth + 1 }),
    bars: [{ kind: 'queued', from: at, to: null }],
    callId: requested.callId,
    tool: requested.tool,
    requested,
    approvals: [],
    progressCount: 0,
  }
  step.children.push(call)
  level.calls.set(requested.callId, call)
}

function withCall(level: Level, callId: string, change: (call: CallNode) => void): void {
  const call = level.calls.get(callId)
  if (call !== undefined) change(call)
}

function closeBars(node: Node, at: number): void {
  node.bars = node.bars
    .map((bar) => (bar.to === null ? { ...bar, to: at } : bar))
    // What took no time is not drawn, unless there is nothing else.
    .filter((bar, _index, all) => bar.to !== bar.from || bar.kind !== 'queued' || all.length === 1)
}

/** As long as its node is known to have been there. */
function loseBars(node: Node, at: number): void {
  node.bars = node.bars.map((bar) =>
    bar.to === null && bar.kind !== 'waiting' ? { ...bar, to: Math.max(bar.from, at), lost: true as const } : bar,
  )
}

function everyNode(level: Level): readonly Node[] {
  const all = (nodes: readonly Node[]): readonly Node[] => nodes.flatMap((node) => [node, ...all(node.children)])
  return all(level.nodes)
}

function rowsOf(nodes: readonly Node[]): readonly Row[] {
  return nodes.flatMap(({ children, ...row }) => [row as Row, ...rowsOf(children)])
}
