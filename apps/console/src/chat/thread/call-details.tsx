/** All that is known of a call, drawn when its card is opened: input, progress, output or error, times, and where it is carried out. */
import type { ReactNode } from 'react'
import type { CallView } from 'toolcrib/client'
import type { Failure } from 'toolcrib/protocol'
import { JsonView } from '../../parts/json-view.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { formatDuration, formatMoment } from '../../parts/time.ts'
import { pageTools } from '../page-tools.ts'
import { CallProgress } from './call-progress.tsx'

export function CallDetails({ call }: { readonly call: CallView }) {
  const { input, progress, output, truncated, error, lateAfterMs } = call
  return (
    <div className="flex flex-col gap-3.5 border-t px-3.5 py-3.5">
      <Labelled label="Input">
        <JsonView value={input} />
      </Labelled>
      {progress !== undefined && output === undefined && (
        <Labelled label={call.status === 'executing' ? 'Progress' : 'Last progress'}>
          <CallProgress progress={progress} />
        </Labelled>
      )}
      {output !== undefined && (
        <Labelled
          label={truncated === undefined ? 'Output' : `Output, cut from ${truncated.bytes.toLocaleString()} bytes`}
        >
          <JsonView value={output} />
          {truncated !== undefined && (
            <p className="mt-1.5 text-xs text-muted-foreground">
              The agent was shown this much. The whole is kept at the server as{' '}
              <code className="font-mono">{truncated.handle}</code>.
            </p>
          )}
        </Labelled>
      )}
      {error !== undefined && (
        <Labelled label="Error">
          <CallError error={error} />
        </Labelled>
      )}
      {lateAfterMs !== undefined && (
        <p className="text-xs text-muted-foreground">
          It settled {formatDuration(lateAfterMs)} after it had started; that result was set aside and not used.
        </p>
      )}
      <Facts call={call} />
    </div>
  )
}

function CallError({ error: { code, message, retry, paths = [] } }: { readonly error: Failure }) {
  return (
    <div className="rounded-lg bg-bad/8 px-3 py-2.5 text-sm">
      <p dir="auto" className="text-bad [overflow-wrap:anywhere]">
        {plainText(message)}
      </p>
      {paths.length > 0 && (
        <ul className="mt-1.5 flex flex-col gap-1 text-xs">
          {paths.map((issue) => (
            <li key={`${issue.path} ${issue.message}`} className="[overflow-wrap:anywhere]">
              <code className="font-mono">{plainText(issue.path || 'the whole')}</code>{' '}
              <bdi>{plainText(issue.message)}</bdi>
            </li>
          ))}
        </ul>
      )}
      <p className="mt-1.5 text-xs text-muted-foreground">
        <code className="font-mono">{code}</code>
        {retry === 'later' && ' · it may work later, without any change'}
      </p>
    </div>
  )
}

const effects = { read: 'reads', write: 'changes something', destructive: 'destroys something' } as const

function Facts({ call }: { readonly call: CallView }) {
  const { startedAt, requestedAt, durationMs, effect, offered, approval, status } = call
  const waitedMs = (approval?.decidedAt ?? startedAt ?? requestedAt) - requestedAt
  const facts = [
    startedAt === undefined ? undefined : ['Started', formatMoment(startedAt)],
    durationMs === undefined || startedAt === undefined ? undefined : ['Took', formatDuration(durationMs)],
    approval === undefined || status === 'waiting' ? undefined : ['Waited for approval', formatDuration(waitedMs)],
    startedAt === undefined ? undefined : ['Carried out by', originOf(call)],
    effect === undefined ? undefined : ['Effect', effects[effect]],
  ].filter((fact) => fact !== undefined)
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground">
      {facts.map(([name, value]) => (
        <div key={name} className="flex gap-1" data-offered={offered}>
          <dt>{name}:</dt>
          <dd className="text-foreground">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function originOf({ offered, tool, run }: CallView): string {
  if (run?.agent !== undefined) return `the agent ${run.agent}`
  if (offered !== true) return 'the server'
  return pageTools.some(({ name }) => name === tool) ? 'your page' : 'a client of yours'
}

export function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, and no part of a card is a landmark
    <div role="group" aria-label={label}>
      <p aria-hidden="true" className="mb-1.5 text-xs font-medium text-muted-foreground">
        {label}
      </p>
      {children}
    </div>
  )
}
