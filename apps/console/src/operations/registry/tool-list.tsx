/** Every tool that somebody could be given, and what is known of the one that is open. */
import { ChevronRight, SearchX, ShieldQuestion, Wrench } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { RegistryReport, ToolRow } from 'toolcrib/operations'
import { Badge } from '../../kit/badge.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { TextField } from '../../kit/text-field.tsx'
import { EffectBadge } from '../../parts/effect-badge.tsx'
import { ToolDetails } from './tool-details.tsx'

const STEP = 100

export interface ToolListProps {
  readonly report: RegistryReport
  /** The fingerprint of the tool that is open. */
  readonly open: string | undefined
  readonly onOpen: (fingerprint: string | undefined) => void
}

export function ToolList({ report, open, onOpen }: ToolListProps) {
  const [find, setFind] = useState('')
  const [most, setMost] = useState(STEP)
  const fitting = useMemo(
    () => report.tools.filter((tool) => fits(tool, find.trim().toLowerCase())),
    [report.tools, find],
  )
  if (report.tools.length === 0) {
    return (
      <EmptyState icon={Wrench} title="There are no tools">
        Put some into the configuration, or connect a page that offers its own.
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-3">
      <h2 className="sr-only">Tools</h2>
      <TextField
        label="Find a tool"
        hideLabel
        type="search"
        placeholder="Find by name, tag, category or origin"
        value={find}
        onChange={(event) => setFind(event.target.value)}
      />
      {fitting.length === 0 ? (
        <EmptyState icon={SearchX} title="No tool fits">
          Look for a part of its name.
        </EmptyState>
      ) : (
        <ul className="divide-y rounded-xl border bg-card shadow-xs">
          {fitting.slice(0, most).map((tool) => (
            <ToolItem
              key={tool.fingerprint}
              tool={tool}
              isOpen={tool.fingerprint === open}
              onToggle={() => onOpen(tool.fingerprint === open ? undefined : tool.fingerprint)}
            />
          ))}
        </ul>
      )}
      {fitting.length > most && (
        <button
          type="button"
          onClick={() => setMost(most + STEP)}
          className="self-center rounded-lg px-3 py-1.5 text-sm text-primary hover:bg-muted"
        >
          {fitting.length - most} more
        </button>
      )}
      {report.omitted > 0 && (
        <p className="text-sm text-muted-foreground">
          {report.omitted} more different tools are offered by connections than are shown here.
        </p>
      )}
    </div>
  )
}

interface ToolItemProps {
  readonly tool: ToolRow
  readonly isOpen: boolean
  readonly onToggle: () => void
}

function ToolItem({ tool, isOpen, onToggle }: ToolItemProps) {
  const calls = Object.values(tool.calls).reduce((sum, count) => sum + count, 0)
  const bad = calls - (tool.calls.ok ?? 0)
  return (
    <li className="min-w-0">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={onToggle}
        className="flex min-h-12 w-full min-w-0 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-start outline-offset-[-2px] hover:bg-muted/60"
      >
        <ChevronRight
          aria-hidden="true"
          className={`size-4 shrink-0 text-muted-foreground transition-transform rtl:-scale-x-100 ${isOpen ? 'rotate-90' : ''}`}
        />
        <span className="min-w-0 flex-1 basis-48">
          <bdi className="block truncate font-mono text-sm font-medium">{tool.name}</bdi>
          <span className="block truncate text-xs text-muted-foreground">
            <bdi>{[tool.title, originWords(tool)].filter((part) => part !== undefined).join(' · ')}</bdi>
          </span>
        </span>
        <span className="flex min-w-0 flex-wrap items-center gap-1.5 max-sm:basis-full max-sm:ps-7">
          {tool.deprecated !== undefined && <Badge tone="warn">deprecated</Badge>}
          {!tool.usable && <Badge tone="warn">nobody may use it</Badge>}
          {tool.approval && (
            <Badge icon={ShieldQuestion} tone="neutral">
              asks first
            </Badge>
          )}
          <EffectBadge effect={tool.effect} />
          <span className="ps-1 text-xs text-muted-foreground tabular-nums sm:w-20 sm:text-end">
            {calls === 0 ? 'no calls' : `${calls.toLocaleString()} ${calls === 1 ? 'call' : 'calls'}`}
            {bad > 0 && <span className="text-bad sm:block"> {bad.toLocaleString()} not ok</span>}
          </span>
        </span>
      </button>
      {isOpen && (
        <div className="border-t bg-background px-4 py-4 sm:ps-10">
          <ToolDetails name={tool.name} fingerprint={tool.fingerprint} />
        </div>
      )}
    </li>
  )
}

function originWords({ from, origin, holders }: ToolRow): string {
  if (from === 'catalogue') return origin ?? 'the catalogue'
  return `offered by ${holders.toLocaleString()} ${holders === 1 ? 'connection' : 'connections'}`
}

function fits({ name, title, category, origin, tags }: ToolRow, needle: string): boolean {
  return [name, title, category, origin, ...tags].some((text) => text?.toLowerCase().includes(needle) ?? false)
}
