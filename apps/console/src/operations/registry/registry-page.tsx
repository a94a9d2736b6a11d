/** The tools of the house, what was refused, and what would happen. Which of them is looked at is in the address. */
import { useNavigate, useParams } from '@tanstack/react-router'
import { CloudOff } from 'lucide-react'
import type { RegistryReport } from 'toolcrib/operations'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { useAnswer } from '../ask.ts'
import { JudgementBox } from './judgement-box.tsx'
import { Refusals } from './refusals.tsx'
import { ToolList } from './tool-list.tsx'

const EVERY_MS = 3_000
const views = ['tools', 'refusals', 'judgement'] as const
type View = (typeof views)[number]

export function RegistryPage() {
  const { view: asked, tool } = useParams({ strict: false })
  const view = views.find((one) => one === asked) ?? 'tools'
  const navigate = useNavigate()
  const { data, error, refetch } = useAnswer('registry', {}, { everyMs: EVERY_MS })
  const show = (next: View, open?: string) =>
    void navigate({ to: '/operations/registry/{-$view}/{-$tool}', params: { view: next, tool: open } })

  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-4 p-4 sm:p-6">
      <title>Registry · Toolcrib</title>
      <div>
        <h1 className="text-lg font-semibold">Registry</h1>
        <p className="text-sm text-muted-foreground">
          Every tool, who may use it, and everything that was refused. Only what <code>defineTool</code> made is a tool.
        </p>
      </div>
      {data === undefined ? (
        <Waiting error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          {error !== null && <Notice tone="bad">{error.message} What is shown is what was known last.</Notice>}
          <VerdictCounts report={data} />
          <Tabs
            label="The registry"
            value={view}
            onChange={(next) => show(next)}
            tabs={[
              {
                value: 'tools',
                label: `Tools (${data.tools.length + data.omitted})`,
                content: <ToolList report={data} open={tool} onOpen={(open) => show('tools', open)} />,
              },
              {
                value: 'refusals',
                label: `Refusals (${data.objections.length})`,
                content: <Refusals report={data} />,
              },
              { value: 'judgement', label: 'What would happen', content: <JudgementBox /> },
            ]}
          />
        </>
      )}
    </div>
  )
}

const words = ['admitted', 'unchanged', 'replaced', 'refused'] as const

function VerdictCounts({ report: { verdicts } }: { readonly report: RegistryReport }) {
  return (
    <dl aria-label="Verdicts since the start, of the whole server" className="grid grid-cols-2 gap-2 sm:grid-cols-4">
      {words.map((word) => (
        <div key={word} className="rounded-xl border bg-card px-4 py-2.5 shadow-xs">
          <dt className="text-xs text-muted-foreground">{word}</dt>
          <dd
            className={`text-xl font-semibold tabular-nums ${word === 'refused' && verdicts.refused > 0 ? 'text-bad' : ''}`}
          >
            {verdicts[word].toLocaleString()}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Waiting({ error, onRetry }: { readonly error: Error | null; readonly onRetry: () => void }) {
  if (error !== null) {
    return (
      <EmptyState
        tone="bad"
        icon={CloudOff}
        title="The registry cannot be read"
        action={<Button onClick={onRetry}>Try again</Button>}
      >
        {error.message}
      </EmptyState>
    )
  }
  return (
    <Loading label="Loading the registry" className="flex flex-col gap-3">
      <Skeleton className="h-16 w-full" />
      <Skeleton className="h-64 w-full" />
    </Loading>
  )
}
