/** What an agent holds for the person who sits here, asked for when it is looked at. */
import { Wrench } from 'lucide-react'
import { useState } from 'react'
import type { ToolInfo } from 'toolcrib/protocol'
import { useClient } from '../../connection.tsx'
import { IconButton } from '../../kit/icon-button.tsx'

type Shown = { readonly tools: readonly ToolInfo[] } | { readonly problem: string }

export function ToolsButton() {
  const client = useClient()
  const [shown, setShown] = useState<Shown>()

  async function toggle() {
    if (shown !== undefined) return setShown(undefined)
    try {
      const { tools } = await client.command<'tools.list'>({ type: 'tools.list' })
      setShown({ tools })
    } catch (error) {
      setShown({ problem: error instanceof Error ? error.message : 'The tools could not be read' })
    }
  }

  return (
    <div className="relative">
      <IconButton
        label={shown === undefined ? 'Tools' : 'Close the tools'}
        icon={Wrench}
        onClick={() => void toggle()}
      />
      {shown !== undefined && (
        <section
          aria-label="Tools"
          className="absolute top-full right-0 z-10 mt-2 max-h-96 w-80 overflow-y-auto rounded-xl border bg-card px-4 py-3 text-xs shadow-xl"
        >
          {'problem' in shown ? (
            <p role="alert" className="text-bad">
              {shown.problem}
            </p>
          ) : (
            <ul className="flex flex-col gap-3">
              {shown.tools.map((tool) => (
                <ToolRow key={tool.name} tool={tool} />
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  )
}

function ToolRow({ tool: { name, description, tags } }: { readonly tool: ToolInfo }) {
  return (
    <li data-tool-name={name}>
      <p className="flex items-center gap-2">
        <span className="min-w-0 truncate font-mono font-medium">{name}</span>
        {tags.includes('source:client') && (
          <span className="shrink-0 rounded-full bg-accent px-2 py-0.5">from this page</span>
        )}
      </p>
      <p className="mt-0.5 line-clamp-3 text-muted-foreground">{description}</p>
    </li>
  )
}
