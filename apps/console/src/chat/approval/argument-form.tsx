import { Plus, X } from 'lucide-react'
import { useEffect, useId, useRef } from 'react'
import { Button } from '../../kit/button.tsx'
import { fieldLook } from '../../kit/field-look.ts'
import { IconButton } from '../../kit/icon-button.tsx'
import { Select } from '../../kit/select.tsx'
import { type ArgumentDraft, type ArgumentField, type FieldIssue, isAbout, isPlain, pathOf } from './argument-draft.ts'
import { HiddenValue, shownName } from './argument-list.tsx'

export interface ArgumentFormProps {
  readonly draft: ArgumentDraft
  readonly issues: readonly FieldIssue[]
  readonly readOnly: boolean
  readonly onChange: (draft: ArgumentDraft) => void
}

/** Arguments to edit, each with what its schema says against it beside it. */
export function ArgumentForm({ draft, issues, readOnly, onChange }: ArgumentFormProps) {
  const { fields, absent } = draft
  const placed = (field: ArgumentField) => issues.filter((issue) => isAbout(issue, field))
  const elsewhere = issues.filter((issue) => !fields.some((field) => isAbout(issue, field)))

  const form = useRef<HTMLDivElement>(null)
  /** The argument that was added or left out: what was pressed is gone, and the focus goes to what came in its place. */
  const changed = useRef<string>(undefined)

  useEffect(() => {
    if (changed.current === undefined) return
    const place = form.current?.querySelector(`[data-argument="${CSS.escape(changed.current)}"]`)
    changed.current = undefined
    const control = place?.matches('button') ? place : place?.querySelector('textarea, input, [role="combobox"]')
    if (control instanceof HTMLElement) control.focus()
  })

  function change(field: ArgumentField, next: ArgumentDraft) {
    changed.current = field.name
    onChange(next)
  }

  function write(written: ArgumentField, text: string) {
    onChange({ ...draft, fields: fields.map((field) => (field === written ? { ...field, text } : field)) })
  }

  return (
    <div ref={form} className="flex flex-col gap-3">
      {fields.map((field) => (
        <Field
          key={field.name ?? ''}
          field={field}
          issues={placed(field)}
          readOnly={readOnly}
          onWrite={(text) => write(field, text)}
          onLeaveOut={
            field.optional
              ? () => change(field, { fields: fields.filter((one) => one !== field), absent: [...absent, field] })
              : undefined
          }
        />
      ))}
      {absent.length > 0 && (
        <div className="flex flex-wrap gap-1.5">
          {absent.map((field) => (
            <Button
              key={field.name ?? ''}
              size="small"
              variant="quiet"
              icon={Plus}
              disabled={readOnly}
              data-argument={field.name}
              onClick={() =>
                change(field, { fields: [...fields, field], absent: absent.filter((one) => one !== field) })
              }
              className="max-w-full font-mono"
            >
              <span className="truncate">{shownName(field.name ?? '')}</span>
            </Button>
          ))}
        </div>
      )}
      <Issues issues={elsewhere} withPath />
    </div>
  )
}

const nameLook = 'min-w-0 font-mono text-xs text-muted-foreground [overflow-wrap:anywhere]'

interface FieldProps {
  readonly field: ArgumentField
  readonly issues: readonly FieldIssue[]
  readonly readOnly: boolean
  readonly onWrite: (text: string) => void
  readonly onLeaveOut: (() => void) | undefined
}

function Field({ field, issues, readOnly, onWrite, onLeaveOut }: FieldProps) {
  const id = useId()
  const { name, kind, description } = field
  const label = name === undefined ? 'arguments' : shownName(name)
  const told = [
    ...(description === undefined ? [] : [`${id}-description`]),
    ...(issues.length === 0 ? [] : [`${id}-issues`]),
  ]
  const about = {
    id,
    'aria-invalid': issues.length > 0 || undefined,
    'aria-describedby': told.length === 0 ? undefined : told.join(' '),
  }
  return (
    <div className="flex min-w-0 flex-col gap-1" data-argument={name}>
      <div className="flex min-h-6 items-center gap-2">
        {kind === 'switch' || kind === 'choice' ? (
          <span aria-hidden="true" className={nameLook}>
            {label}
          </span>
        ) : (
          <label htmlFor={id} className={nameLook}>
            {label}
          </label>
        )}
        {onLeaveOut !== undefined && kind !== 'hidden' && (
          <IconButton
            label={`Leave out ${label}`}
            icon={X}
            disabled={readOnly}
            onClick={onLeaveOut}
            className="ms-auto size-6!"
          />
        )}
      </div>
      <Control field={field} label={label} about={about} readOnly={readOnly} onWrite={onWrite} />
      {description !== undefined && (
        <p id={`${id}-description`} dir="auto" className="text-xs text-muted-foreground [overflow-wrap:anywhere]">
          {description}
        </p>
      )}
      <Issues id={`${id}-issues`} issues={issues} of={field} />
    </div>
  )
}

interface ControlProps extends Pick<FieldProps, 'field' | 'readOnly' | 'onWrite'> {
  readonly label: string
  readonly about: {
    readonly id: string
    readonly 'aria-invalid': true | undefined
    readonly 'aria-describedby': string | undefined
  }
}

function Control({ field, label, about, readOnly, onWrite }: ControlProps) {
  const { kind, text, options = [] } = field
  switch (kind) {
    case 'hidden':
      return (
        <output id={about.id} className="text-sm">
          <HiddenValue />
        </output>
      )
    case 'switch':
    case 'choice':
      return (
        <Select
          label={label}
          hideLabel
          value={text}
          disabled={readOnly}
          describedBy={about['aria-describedby']}
          invalid={about['aria-invalid'] === true}
          onChange={onWrite}
          options={(kind === 'switch' ? ['true', 'false'] : options).map((value) => ({
            value,
            label: shownOption(value),
          }))}
        />
      )
    case 'number':
      return (
        <input
          {...about}
          inputMode="decimal"
          autoComplete="off"
          value={text}
          readOnly={readOnly}
          onChange={(event) => onWrite(event.target.value)}
          className={`${fieldLook} tabular-nums`}
        />
      )
    case 'text':
    case 'json':
      return (
        <textarea
          {...about}
          dir={kind === 'text' ? 'auto' : 'ltr'}
          rows={1}
          spellCheck={false}
          value={text}
          readOnly={readOnly}
          onChange={(event) => onWrite(event.target.value)}
          className={`${fieldLook} field-sizing-content max-h-80 resize-none ${kind === 'json' ? 'font-mono md:text-xs/5' : ''}`}
        />
      )
    default:
      return kind satisfies never
  }
}

/** A text without its quotes, where nothing is lost by it. */
function shownOption(option: string): string {
  return /^"[^"\\]+"$/.test(option) && isPlain(option.slice(1, -1)) ? option.slice(1, -1) : option
}

interface IssuesProps {
  readonly id?: string
  readonly issues: readonly FieldIssue[]
  /** The field that they stand at: what lies deeper is said from there. */
  readonly of?: ArgumentField
  readonly withPath?: boolean
}

function Issues({ id, issues, of, withPath = false }: IssuesProps) {
  if (issues.length === 0) return null
  return (
    <ul id={id} className="flex flex-col gap-0.5 text-sm text-bad">
      {issues.map(({ path, message }) => {
        const deeper = of === undefined ? (withPath ? path : '') : path.slice(pathOf(of).length)
        return (
          <li key={`${path} ${message}`} className="[overflow-wrap:anywhere]">
            {deeper !== '' && <code className="font-mono text-xs">{deeper} </code>}
            <bdi>{message}</bdi>
          </li>
        )
      })}
    </ul>
  )
}
