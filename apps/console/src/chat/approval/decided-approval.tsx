import { CircleCheck, CircleSlash, CircleX, TimerOff } from 'lucide-react'
import type { ApprovalView } from 'toolcrib/client'
import { type ApprovalDecision, explicitJson, type JsonValue } from 'toolcrib/protocol'
import type { Icon } from '../../kit/icon.ts'
import { usePrincipal } from '../../session/signed-in.ts'
import { draftOf, pathOf } from './argument-draft.ts'
import { ArgumentValue, shownName } from './argument-list.tsx'

/** How a decision is told. */
export const decisionLooks: Readonly<Record<ApprovalDecision, readonly [words: string, icon: Icon, colour: string]>> = {
  approved: ['Approved', CircleCheck, 'text-good'],
  denied: ['Denied', CircleX, 'text-bad'],
  expired: ['Nobody answered in time', TimerOff, 'text-muted-foreground'],
  cancelled: ['Withdrawn, because the call was given up', CircleSlash, 'text-muted-foreground'],
}

export interface DecidedApprovalProps {
  readonly approval: ApprovalView
  readonly decision: ApprovalDecision
  /** The arguments as they were carried out. */
  readonly input: JsonValue
}

/** What was decided, by whom, when, why, and what was edited. */
export function DecidedApproval({ approval, decision, input }: DecidedApprovalProps) {
  const { user } = usePrincipal()
  const { by, reason, decidedAt, askedInput } = approval
  const [words, Picture, colour] = decisionLooks[decision]
  return (
    <div className="flex flex-col gap-2 text-xs text-muted-foreground" data-decision={decision}>
      <p className="flex items-start gap-1.5 [overflow-wrap:anywhere]">
        <Picture aria-hidden="true" className={`mt-px size-3.5 shrink-0 ${colour}`} />
        <span>
          <span className="font-medium text-foreground">{words}</span>
          {by !== undefined && <> by {by === user ? 'you' : <bdi>{by}</bdi>}</>}
          {decidedAt !== undefined && (
            <>
              {' · '}
              <time dateTime={new Date(decidedAt).toISOString()} title={new Date(decidedAt).toLocaleString()}>
                {new Date(decidedAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
              </time>
            </>
          )}
          {reason !== undefined && (
            <>
              {' · '}
              <q dir="auto">{reason}</q>
            </>
          )}
        </span>
      </p>
      {askedInput !== undefined && <Edits before={askedInput} after={input} />}
    </div>
  )
}

function Edits({ before, after }: { readonly before: JsonValue; readonly after: JsonValue }) {
  const edits = editsOf(before, after)
  if (edits.length === 0) return null
  return (
    <table className="w-full table-fixed border-separate border-spacing-0 rounded-lg border text-start text-foreground">
      <caption className="sr-only">Edited arguments</caption>
      <thead className="text-muted-foreground">
        <tr>
          {['Edited', 'Asked for', 'Carried out'].map((head) => (
            <th key={head} scope="col" className="px-2.5 py-1.5 text-start font-medium">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {edits.map(({ path, name, asked, carried }) => (
          <tr key={path} className="align-top">
            <th
              scope="row"
              className="border-t px-2.5 py-1.5 text-start font-mono font-normal [overflow-wrap:anywhere]"
            >
              {name}
            </th>
            <td className="border-t px-2.5 py-1.5">
              <del className="no-underline">
                <ArgumentValue value={asked} />
              </del>
            </td>
            <td className="border-t bg-good/8 px-2.5 py-1.5">
              <ins className="no-underline">
                <ArgumentValue value={carried} />
              </ins>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface Edit {
  readonly path: string
  readonly name: string
  readonly asked: JsonValue | undefined
  readonly carried: JsonValue | undefined
}

function editsOf(before: JsonValue, after: JsonValue): readonly Edit[] {
  const asked = valuesOf(before)
  const carried = valuesOf(after)
  return [...new Set([...asked.keys(), ...carried.keys()])].flatMap((path) => {
    const [was, is] = [asked.get(path), carried.get(path)]
    const same = was !== undefined && is !== undefined && explicitJson(was.value) === explicitJson(is.value)
    return same ? [] : [{ path, name: was?.name ?? is?.name ?? '', asked: was?.value, carried: is?.value }]
  })
}

function valuesOf(input: JsonValue): ReadonlyMap<string, { readonly name: string; readonly value: JsonValue }> {
  const fields = draftOf(input).fields.map((field) => {
    const name = field.name === undefined ? 'arguments' : shownName(field.name)
    return [pathOf(field), { name, value: field.shown ?? null }] as const
  })
  return new Map(fields)
}
