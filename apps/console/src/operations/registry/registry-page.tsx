/** The tools of the house, what was refused, and what would happen. Which of them is looked at is in the address. */
import { useNavigate, useParams } from '@tanstack/react-router'
import type { RegistryReport } from 'toolcrib/operations'
import { Tabs } from '../../kit/tabs.tsx'
import { useAnswer } from '../ask.ts'
import { Answered } from '../parts/answered.tsx'
import { OperationsPage, PageHeading } from '../parts/operations-page.tsx'
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
  const answer = useAnswer('registry', {}, { everyMs: EVERY_MS })
  const show = (next: View, open?: string) =>
    void navigate({ to: '/operations/registry/{-$view}/{-$tool}', params: { view: next, tool: open } })

  return (
    <OperationsPage title="Registry">
      <PageHeading title="Registry">
        Every tool, who may use it, and everything that was refused. Only what <code>defineTool</code> made is a tool.
      </PageHeading>
      <Answered of="registry" answer={answer} shape={['h-16', 'h-64']}>
        {(report) => (
          <>
            <VerdictCounts report={report} />
            <Tabs
              label="The registry"
              value={view}
              onChange={(next) => show(next)}
              tabs={[
                {
                  value: 'tools',
                  label: `Tools (${report.tools.length + report.omitted})`,
                  content: <ToolList report={report} open={tool} onOpen={(open) => show('tools', open)} />,
                },
                {
                  value: 'refusals',
                  label: `Refusals (${report.objections.length})`,
                  content: <Refusals report={report} />,
                },
                { value: 'judgement', label: 'What would happen', content: <JudgementBox />, kept: true },
              ]}
            />
          </>
        )}
      </Answered>
    </OperationsPage>
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
