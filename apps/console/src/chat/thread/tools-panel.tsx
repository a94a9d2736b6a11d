/** The tools that an agent holds for the person who sits here: where each comes from, what it does to the world, who must agree. */
import { ChevronRight, ShieldQuestion } from 'lucide-react'
import { useState } from 'react'
import { describeApprovers, type ToolInfo } from 'toolcrib/protocol'
import { useTools } from 'toolcrib/react'
import { Badge } from '../../kit/badge.tsx'
import { Button } from '../../kit/button.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { TextField } from '../../kit/text-field.tsx'
import { EffectBadge } from '../../parts/effect-badge.tsx'
import { JsonTree } from '../../parts/json-tree.tsx'
import { plainText } from '../../parts/plain-text.ts'

const CLIENT_TAG = 'source:client'

export default function ToolsPanel({ agent }: { readonly agent?: string | undefined }) {
  const { tools, problem, askAgain } = useTools(agent)
  const [query, setQuery] = useState('')
  if (tools === undefined) {
    return problem === undefined ? (
      <Loading label="Loading the tools">
        <Skeleton className="h-4 w-3/5" />
      </Loading>
    ) : (
      <Notice
        tone="bad"
        actions={
          <Button size="small" onClick={askAgain}>
            Try again
          </Button>
        }
      >
        {problem.message}
      </Notice>
    )
  }
  const found = tools.filter((tool) => fits(tool, query))
  const groups = [
    { origin: 'This server', of: found.filter(({ tags }) => !tags.includes(CLIENT_TAG)) },
    { origin: 'This page', of: found.filter(({ tags }) => tags.includes(CLIENT_TAG)) },
  ].filter(({ of }) => of.length > 0)
  return (
    <div className="flex flex-col gap-4">
      {problem !== undefined && <Notice tone="bad">{problem.message}</Notice>}
      <TextField
        label="Search the tools"
        hideLabel
        type="search"
        placeholder={`Search ${tools.length} tools`}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      {groups.map(({ origin, of }) => (
        <section key={origin} aria-label={origin}>
          <h3 className="mb-1.5 text-xs font-medium text-muted-foreground">
            {origin} · {of.length}
          </h3>
          <ul className="-mx-2 flex flex-col">
            {of.map((tool) => (
              <ToolEntry key={tool.name} tool={tool} />
            ))}
          </ul>
        </section>
      ))}
      {groups.length === 0 && (
        <p className="py-6 text-center text-sm text-muted-foreground">
          {tools.length === 0 ? 'This chat holds no tools: its agent can only talk.' : 'No tool fits that.'}
        </p>
      )}
    </div>
  )
}

function fits({ name, title = '', description }: ToolInfo, query: string): boolean {
  const text = `${name} ${title} ${description}`.toLocaleLowerCase()
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function ToolEntry({ tool }: { readonly tool: ToolInfo }) {
  const [open, setOpen] = useState(false)
  const { name, description, effect, tags, approval } = tool
  return (
    <li data-tool-name={name}>
      <details
        open={open}
        onToggle={(event) => setOpen(event.currentTarget.open)}
        className="rounded-lg hover:bg-muted/50"
      >
        <summary className="flex cursor-pointer list-none items-start gap-1.5 rounded-lg p-2 text-sm">
          <ChevronRight
            aria-hidden="true"
            className={`mt-0.5 size-4 shrink-0 text-muted-foreground transition-transform ${open ? 'rotate-90' : ''}`}
          />
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center gap-1.5">
              <bdi className="me-auto min-w-0 font-mono text-[0.8125rem] font-medium [overflow-wrap:anywhere]">
                {plainText(name)}
              </bdi>
              {tags.includes(CLIENT_TAG) && <Badge>from this page</Badge>}
              {approval !== undefined && (
                <Badge tone="warn" icon={ShieldQuestion}>
                  asks first
                </Badge>
              )}
              <EffectBadge effect={effect} />
            </span>
            <span
              dir="auto"
              className={`mt-1 text-xs leading-relaxed text-muted-foreground [overflow-wrap:anywhere] ${open ? 'block' : 'line-clamp-2'}`}
            >
              {plainText(description)}
            </span>
          </span>
        </summary>
        {open && <Details tool={tool} />}
      </details>
    </li>
  )
}

function Details({ tool: { approval, inputSchema, category, fingerprint } }: { readonly tool: ToolInfo }) {
  return (
    <div className="flex flex-col gap-2 px-2 pb-3 ps-7.5 text-xs">
      {approval !== undefined && (
        <p>
          Each call waits for{' '}
          {approval.approvers === undefined ? 'you' : plainText(describeApprovers(approval.approvers))} to agree.
        </p>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, and no schema is a landmark */}
      <div
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be scrolled by keyboard, too
        tabIndex={0}
        aria-label="Input schema"
        className="max-h-72 overflow-auto rounded-lg bg-muted p-2.5 font-mono leading-relaxed [overflow-wrap:anywhere]"
      >
        <JsonTree value={inputSchema} unfolded={3} />
      </div>
      <p className="text-muted-foreground [overflow-wrap:anywhere]">
        {category !== undefined && <>Category {plainText(category)} · </>}
        Fingerprint <code className="font-mono">{fingerprint.slice(0, 12)}</code>
      </p>
    </div>
  )
}
