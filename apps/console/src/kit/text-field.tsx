import { type ComponentProps, type ReactNode, useId } from 'react'
import { fieldLook, labelLook } from './field-look.ts'

interface Around {
  readonly label: string
  /** Default false: the label stands above. */
  readonly hideLabel?: boolean
  readonly hint?: ReactNode
  /** Why what was written cannot be taken. */
  readonly problem?: ReactNode
}

export interface TextFieldProps extends Around, Omit<ComponentProps<'input'>, 'id'> {}

export function TextField({ label, hideLabel, hint, problem, className = '', ...rest }: TextFieldProps) {
  const ids = useIds(hint, problem)
  return (
    <Frame ids={ids} label={label} hideLabel={hideLabel ?? false} hint={hint} problem={problem} className={className}>
      <input dir="auto" {...rest} {...ids.field} className={fieldLook} />
    </Frame>
  )
}

export interface TextAreaProps extends Around, Omit<ComponentProps<'textarea'>, 'id'> {}

export function TextArea({ label, hideLabel, hint, problem, className = '', ...rest }: TextAreaProps) {
  const ids = useIds(hint, problem)
  return (
    <Frame ids={ids} label={label} hideLabel={hideLabel ?? false} hint={hint} problem={problem} className={className}>
      <textarea dir="auto" rows={3} {...rest} {...ids.field} className={`${fieldLook} resize-y py-2`} />
    </Frame>
  )
}

interface FrameProps extends Required<Around> {
  readonly ids: ReturnType<typeof useIds>
  readonly className: string
  readonly children: ReactNode
}

function Frame({ ids, label, hideLabel, hint, problem, className, children }: FrameProps) {
  return (
    <div className={`flex min-w-0 flex-col gap-1.5 ${className}`}>
      <label htmlFor={ids.field.id} className={hideLabel ? 'sr-only' : labelLook}>
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={ids.hint} className="text-xs text-muted-foreground">
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <p id={ids.problem} role="alert" className="text-sm text-bad">
          {problem}
        </p>
      )}
    </div>
  )
}

function useIds(hint: ReactNode, problem: ReactNode) {
  const id = useId()
  const told = [hint === undefined ? [] : [`${id}-hint`], problem === undefined ? [] : [`${id}-problem`]].flat()
  return {
    hint: `${id}-hint`,
    problem: `${id}-problem`,
    field: {
      id,
      'aria-describedby': told.length === 0 ? undefined : told.join(' '),
      'aria-invalid': problem === undefined ? undefined : true,
    },
  }
}
