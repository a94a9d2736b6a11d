/** What would happen: paste or drop a definition or an MCP server's list, and see the registry's own verdicts. */
import { useMutation } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { type DragEvent, useState } from 'react'
import type { CandidateForm, CandidateTrust, JudgedCandidate, Judgement } from 'toolcrib/operations'
import { useDraft } from '../../chat/thread/use-draft.ts'
import { Button } from '../../kit/button.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Select } from '../../kit/select.tsx'
import { TextArea } from '../../kit/text-field.tsx'
import { EffectBadge } from '../../parts/effect-badge.tsx'
import { operations } from '../ask.ts'
import { whyOf } from '../parts/why.ts'
import { SchemaView } from './schema-view.tsx'
import { VerdictCard } from './verdict-card.tsx'

const trusts: readonly { readonly value: CandidateTrust; readonly label: string; readonly description: string }[] = [
  { value: 'source', label: 'A source', description: 'Such as an MCP server that you chose' },
  { value: 'code', label: 'This server’s code', description: 'Such as a tool of the configuration' },
  { value: 'client', label: 'A client', description: 'Such as a page: what costs much is refused' },
]

const example = JSON.stringify(
  {
    tools: [
      {
        name: 'get_weather',
        description: 'The weather of a city, now.',
        inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        annotations: { readOnlyHint: true },
      },
      { name: 'Get-Weather', description: 'Another of nearly that name.', inputSchema: { type: 'object' } },
    ],
  },
  undefined,
  2,
)

export function JudgementBox() {
  const [text, setText] = useDraft('judgement')
  const [trust, setTrust] = useState<CandidateTrust>('source')
  const [isOver, setOver] = useState(false)
  const judging = useMutation({ mutationFn: () => operations.judge({ text, trust }) })

  async function drop(event: DragEvent) {
    const [file] = event.dataTransfer.files
    setOver(false)
    if (file === undefined) return
    event.preventDefault()
    setText(await file.text())
  }

  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-muted-foreground">
        Paste a tool’s definition, a list of them, or what an MCP server answers to <code>tools/list</code>. It is
        judged by the same admission that would judge it, and nothing of it stays.
      </p>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          judging.mutate()
        }}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => void drop(event)}
      >
        <TextArea
          label="JSON to judge"
          rows={10}
          dir="ltr"
          spellCheck={false}
          autoComplete="off"
          placeholder="{ &quot;name&quot;: …"
          value={text}
          onChange={(event) => setText(event.target.value)}
          problem={judging.error === null ? undefined : whyOf(judging.error)}
          hint={isOver ? 'Let go to read the file.' : 'A file can be dropped here too.'}
          className="[&_textarea]:font-mono [&_textarea]:text-xs [&_textarea]:leading-relaxed"
        />
        <div className="flex flex-wrap items-end gap-3">
          <Select label="As offered by" value={trust} onChange={setTrust} options={trusts} className="w-56" />
          <Button
            type="submit"
            variant="primary"
            icon={FlaskConical}
            busy={judging.isPending}
            disabled={text.trim() === ''}
          >
            Judge it
          </Button>
          <Button variant="quiet" onClick={() => setText(example)}>
            Show me an example
          </Button>
        </div>
      </form>
      <div aria-live="polite">{judging.data !== undefined && <Verdicts judgement={judging.data} />}</div>
    </div>
  )
}

function Verdicts({ judgement: { judged, leftOut } }: { readonly judgement: Judgement }) {
  const admitted = judged.filter(({ verdict }) => verdict.verdict !== 'refused').length
  return (
    <section aria-label="Verdicts" className="flex flex-col gap-2">
      <h2 className="text-sm font-semibold">
        {judged.length === 0
          ? 'There was nothing in it to judge'
          : `${admitted} would be admitted, ${judged.length - admitted} refused`}
      </h2>
      <ul className="flex flex-col gap-2">
        {judged.map((one) => (
          <li key={one.pointer}>
            <VerdictCard
              verdict={one.verdict}
              aside={<bdi className="font-mono">{one.pointer}</bdi>}
              pathWords={trialWords}
            >
              <Would one={one} />
            </VerdictCard>
          </li>
        ))}
      </ul>
      {leftOut > 0 && <Notice tone="warn">{leftOut} more were not judged. Paste them on their own.</Notice>}
    </section>
  )
}

const forms: Readonly<Record<CandidateForm, string>> = {
  definition: 'Read as a definition. Its code is not in it, and was not judged.',
  mcp: 'Read as an MCP server lists it.',
  openai: 'Read as a request to OpenAI describes it.',
  anthropic: 'Read as a request to Anthropic describes it.',
  other: 'Judged as it stands.',
}

function Would({ one: { form, notes, tool, verdict } }: { readonly one: JudgedCandidate }) {
  return (
    <>
      <ul className="mt-2 text-sm text-muted-foreground [overflow-wrap:anywhere]">
        {[forms[form], ...notes].map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      {tool !== undefined && verdict.verdict !== 'refused' && (
        <details className="mt-2">
          <summary className="cursor-pointer text-sm font-medium text-primary">What a model would see</summary>
          <div className="mt-2 flex flex-col gap-3">
            <p className="flex flex-wrap items-center gap-2 text-sm">
              <bdi className="font-mono font-medium">{tool.name}</bdi> <EffectBadge effect={tool.effect} />
            </p>
            <p dir="auto" className="text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">
              {tool.description}
            </p>
            <SchemaView title="Input" schema={tool.inputSchema} />
            <p className="text-xs text-muted-foreground [overflow-wrap:anywhere]">
              Fingerprint <bdi className="font-mono">{tool.fingerprint}</bdi>
            </p>
          </div>
        </details>
      )}
    </>
  )
}

function trialWords(path: string): string {
  return path.includes('/trial:') ? 'this very text, earlier' : path
}
