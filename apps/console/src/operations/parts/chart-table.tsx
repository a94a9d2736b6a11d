import type { ChartProps } from './chart.tsx'

const maxRows = 60

/** The same as the lines, to be read. */
export function ChartTable({ title, times, lines, span, format }: Omit<ChartProps, 'sync' | 'choice'>) {
  const within = times.map((time, index) => ({ time, index })).filter(({ time }) => time >= span[0])
  const every = Math.max(1, Math.ceil(within.length / maxRows))
  const rows = within.toReversed().filter((_, index) => index % every === 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section aria-label={`${title}, as a table`} tabIndex={0} className="h-33 overflow-auto text-xs tabular-nums">
      <table className="w-full">
        <thead className="sticky top-0 bg-card text-start text-muted-foreground">
          <tr>
            <th scope="col" className="py-1 text-start font-medium">
              Time
            </th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" className="py-1 ps-3 text-end font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, index }) => (
            <tr key={time}>
              <th scope="row" className="py-0.5 text-start font-normal text-muted-foreground">
                {new Date(time).toLocaleTimeString()}
              </th>
              {lines.map(({ label, values }) => {
                const value = values[index] ?? null
                return (
                  <td key={label} className="py-0.5 ps-3 text-end">
                    {value === null ? '–' : format(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
