import { useAnswer } from '../ask.ts'

/** Every check, with its reasons. */
export function HealthPage() {
  const { data, error } = useAnswer('health', {}, { everyMs: 2_000 })
  if (data === undefined) {
    return (
      <p className="p-6 text-muted-foreground" role="status">
        {error?.message ?? 'Loading…'}
      </p>
    )
  }
  return (
    <div className="mx-auto max-w-5xl p-6">
      <title>Health · Toolcrib</title>
      <h1 className="text-lg font-semibold">Health: {data.state}</h1>
      <ul className="mt-4 flex flex-col gap-2">
        {data.components.map(({ name, state, reasons }) => (
          <li key={name} className="rounded-xl border bg-card px-4 py-3">
            {name}: {state}
            {reasons.map((reason) => (
              <p key={reason} className="text-sm text-muted-foreground">
                {reason}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </div>
  )
}
