/** All that is known of a tool: what a model sees, who may use it, who agrees to it, and where it comes from. */
import type { ToolDetail } from 'toolcrib/operations'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { formatDuration } from '../../parts/time.ts'
import { useAnswer } from '../ask.ts'
import { Fact, Facts } from '../parts/facts.tsx'
import { whyOf } from '../parts/why.ts'
import { SchemaView } from './schema-view.tsx'
import { placeText } from './verdict-card.tsx'

const EVERY_MS = 5_000

export function ToolDetails({ name, fingerprint }: { readonly name: string; readonly fingerprint: string }) {
  const { data, error } = useAnswer('tool', { name }, { everyMs: EVERY_MS })
  const tool = data?.tools.find((one) => one.fingerprint === fingerprint)
  if (tool !== undefined) return <Details tool={tool} />
  if (error !== null) return <Notice tone="bad">{whyOf(error)}</Notice>
  if (data?.tools.every((one) => one.name === name) === true) {
    return <Notice tone="neutral">Nobody offers it any more.</Notice>
  }
  return (
    <Loading label="Loading the tool">
      <Skeleton className="h-24 w-full" />
    </Loading>
  )
}

function Details({ tool }: { readonly tool: ToolDetail }) {
  const calls = Object.entries(tool.calls)
  return (
    <div className="flex min-w-0 flex-col gap-5">
      {tool.deprecated !== undefined && (
        <Notice tone="warn">
          Deprecated: <bdi>{tool.deprecated}</bdi>
        </Notice>
      )}
      <p dir="auto" className="text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">
        {tool.description}
      </p>
      <Facts>
        <Fact name="Who may use it">
          <Rules tool={tool} />
        </Fact>
        <Fact name="Before a call">{approvalWords(tool)}</Fact>
        <Fact name="Agents">{tool.agents.length === 0 ? 'None chooses it' : <bdi>{tool.agents.join(', ')}</bdi>}</Fact>
        <Fact name="Calls">
          {calls.length === 0
            ? tool.from === 'connection'
              ? 'Counted together with all that connections offer'
              : 'None since the start'
            : calls.map(([outcome, count]) => `${count.toLocaleString()} ${outcome.replace('_', ' ')}`).join(', ')}
        </Fact>
        <Fact name="Repeating it">
          {tool.idempotent
            ? 'Does no harm: it is made again after a crash'
            : 'May do harm: after a crash nobody knows whether it was done'}
        </Fact>
        <Fact name="Time it has">
          {tool.timeoutMs === null ? 'As long as its run' : formatDuration(tool.timeoutMs)}
          {tool.maxConcurrent !== null && `, ${tool.maxConcurrent} at once`}
        </Fact>
        <Fact name="Lifetime">{tool.lifetime}</Fact>
        {tool.version !== undefined && (
          <Fact name="Version">
            <bdi>{tool.version}</bdi>
          </Fact>
        )}
        {(tool.category !== undefined || tool.tags.length > 0) && (
          <Fact name="Kept under">
            <bdi>
              {[tool.category === undefined ? [] : [tool.category], tool.tags.map((tag) => `#${tag}`)]
                .flat(2)
                .join(' ')}
            </bdi>
          </Fact>
        )}
        <Fact name="From">
          <bdi>{tool.origin ?? 'unknown'}</bdi> {placeText(tool.definedAt)}
        </Fact>
        {tool.from === 'connection' && (
          <Fact name="Held by">
            <ul>
              {tool.heldBy.map((path) => (
                <li key={path}>
                  <bdi className="font-mono text-xs">{path}</bdi>
                </li>
              ))}
              {tool.holders > tool.heldBy.length && <li>and {tool.holders - tool.heldBy.length} more</li>}
            </ul>
          </Fact>
        )}
        <Fact name="Fingerprint">
          <span className="flex items-start gap-1">
            <bdi className="min-w-0 py-1 font-mono text-xs">{tool.fingerprint}</bdi>
            <CopyButton label="Copy the fingerprint" text={() => tool.fingerprint} className="size-6!" />
          </span>
        </Fact>
      </Facts>
      <SchemaView title="Input" schema={tool.inputSchema} />
      {tool.outputSchema !== undefined && <SchemaView title="Output" schema={tool.outputSchema} />}
    </div>
  )
}

function Rules({ tool: { rules, requires } }: { readonly tool: ToolDetail }) {
  const own = grantWords(requires)
  if (rules.length === 0) return <span className="text-warn">Nobody: no rule of the policy names it.</span>
  return (
    <ul>
      {rules.map((rule) => (
        <li key={JSON.stringify(rule)}>
          <bdi>
            {grantWords(rule) ?? 'Everybody'}, by the rule for <code className="text-xs">{rule.tools.join(', ')}</code>
          </bdi>
        </li>
      ))}
      {own !== undefined && (
        <li>
          The tool itself asks for: <bdi>{own}</bdi>
        </li>
      )}
    </ul>
  )
}

function grantWords({ roles, scopes }: Pick<ToolDetail['requires'], 'roles' | 'scopes'>): string | undefined {
  const parts = [
    roles.length === 0 ? [] : [`Who has the role ${roles.join(' and ')}`],
    scopes.length === 0 ? [] : [`${roles.length === 0 ? 'Who' : 'and'} was granted ${scopes.join(' and ')}`],
  ].flat()
  return parts.length === 0 ? undefined : parts.join(' ')
}

function approvalWords({ approval, approvers }: ToolDetail): string {
  if (!approval) return 'Nobody is asked'
  if (approvers.length === 0) return 'Whoever asks must agree'
  return approvers
    .map(({ roles, users, requester }) =>
      [roles.map((role) => `a ${role}`), users, requester ? ['whoever asks'] : []].flat().join(' or '),
    )
    .map((who) => `${who} must agree`)
    .join(', and ')
}
