/** All that is known of one scope. */
import { Link } from '@tanstack/react-router'
import type { ClosedScope, ScopeReport } from 'toolcrib/operations'
import { CopyButton } from '../../parts/copy-button.tsx'
import { formatDuration } from '../../parts/time.ts'
import { Fact, Facts } from '../parts/facts.tsx'

export function ScopeDetails({ scope }: { readonly scope: ScopeReport }) {
  const { path, openedAt, tools, toolCount, holdings, holdingCount, connection, run, frozen } = scope
  return (
    <Facts>
      <Fact name="Path">
        <PathText path={path} />
      </Fact>
      <Fact name="Opened">{new Date(openedAt).toLocaleString()}</Fact>
      {toolCount > 0 && (
        <Fact name={frozen ? 'Tools, frozen' : 'Tools'}>
          <Named names={tools} count={toolCount} />
        </Fact>
      )}
      <Fact name="Owns">{holdingCount === 0 ? 'Nothing' : <Named names={holdings} count={holdingCount} />}</Fact>
      {run !== undefined && (
        <Fact name="Run">
          <Link
            to="/operations/runs/$runId"
            params={{ runId: scope.name }}
            className="text-primary underline underline-offset-2"
          >
            Open the run
          </Link>{' '}
          of <bdi>{run.agent}</bdi>, in chat <bdi className="font-mono text-xs">{run.threadId}</bdi>
        </Fact>
      )}
      {connection !== undefined && (
        <Fact name="Connection">
          {connection.openThreads} open {connection.openThreads === 1 ? 'chat' : 'chats'},{' '}
          {connection.bufferedBytes.toLocaleString()} bytes wait to be taken in
        </Fact>
      )}
    </Facts>
  )
}

/** What closed, what would not, and how long it took. */
export function CloseReportDetails({ closed }: { readonly closed: ClosedScope }) {
  return (
    <Facts>
      <Fact name="Path">
        <PathText path={closed.path} />
      </Fact>
      <Fact name="Why">
        <bdi>{closed.reason}</bdi>
      </Fact>
      <Fact name="Closed">
        {closed.scopes} {closed.scopes === 1 ? 'scope' : 'scopes'} and {closed.closed} owned{' '}
        {closed.closed === 1 ? 'thing' : 'things'} in {formatDuration(closed.durationMs)}
      </Fact>
      {closed.overdue.length > 0 && (
        <Fact name="Would not close">
          <ul>
            {closed.overdue.map(({ path, what }) => (
              <li key={`${path} ${what}`}>
                <bdi>{what}</bdi> of <bdi>{path}</bdi>
              </li>
            ))}
          </ul>
        </Fact>
      )}
      {closed.failed.length > 0 && (
        <Fact name="Failed to close">
          <ul>
            {closed.failed.map(({ path, what, error }) => (
              <li key={`${path} ${what}`}>
                <bdi>{what}</bdi> of <bdi>{path}</bdi>: <bdi>{error}</bdi>
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </Facts>
  )
}

export function PathText({ path }: { readonly path: string }) {
  return (
    <span className="flex items-start gap-1">
      <bdi className="min-w-0 py-1 font-mono text-xs">{path}</bdi>
      <CopyButton label="Copy the path" text={() => path} className="size-6!" />
    </span>
  )
}

function Named({ names, count }: { readonly names: readonly string[]; readonly count: number }) {
  return (
    <span className="flex flex-wrap gap-1">
      {names.map((name, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: several things may be called the same
        <bdi key={index} className="rounded-md bg-muted px-1.5 py-0.5 font-mono text-xs">
          {name}
        </bdi>
      ))}
      {count > names.length && <span className="text-xs text-muted-foreground">and {count - names.length} more</span>}
    </span>
  )
}
