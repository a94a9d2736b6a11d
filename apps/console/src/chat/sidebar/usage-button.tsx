/** What one has used and what is left of it, asked for when it is looked at. */
import { Gauge } from 'lucide-react'
import { useState } from 'react'
import { describeUsage } from 'toolcrib/protocol'
import { useClient } from '../../connection.tsx'
import { IconButton } from '../../kit/icon-button.tsx'

export function UsageButton() {
  const client = useClient()
  const [lines, setLines] = useState<readonly string[]>()

  async function toggle() {
    if (lines !== undefined) return setLines(undefined)
    try {
      setLines(describeUsage(await client.usage()))
    } catch (error) {
      setLines([error instanceof Error ? error.message : 'The usage could not be read'])
    }
  }

  return (
    <div className="relative">
      <IconButton
        label={lines === undefined ? 'Usage' : 'Close the usage'}
        icon={Gauge}
        onClick={() => void toggle()}
      />
      {lines !== undefined && (
        <section
          aria-label="Usage"
          className="absolute right-0 bottom-full z-10 mb-2 w-64 rounded-xl border bg-card px-4 py-3 text-xs shadow-xl"
        >
          <ul className="flex flex-col gap-2">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}
