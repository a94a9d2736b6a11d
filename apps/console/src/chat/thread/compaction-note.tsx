import { ChevronRight } from 'lucide-react'
import type { CompactionView } from 'toolcrib/client'
import { Markdown } from '../../parts/markdown.tsx'

/** One quiet line: from here on the agent was shown a summary of what came before. Nothing is gone from this page. */
export function CompactionNote({ compaction }: { readonly compaction: CompactionView }) {
  const { summary, droppedMessages, droppedTokens, keptMessages } = compaction
  return (
    <details className="group text-xs text-muted-foreground" data-compaction>
      <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded">
        <ChevronRight aria-hidden="true" className="size-3 transition-transform group-open:rotate-90" />
        Earlier messages were summarised
      </summary>
      <div className="mt-1 flex flex-col gap-2 border-s-2 ps-3">
        <p>
          The chat had become too long for the model. From here on it was shown this summary in place of{' '}
          {count(droppedMessages)} (about {droppedTokens.toLocaleString()} tokens), and {count(keptMessages)} word for
          word. You see all of them above.
        </p>
        <Markdown text={summary} streaming={false} />
      </div>
    </details>
  )
}

/** As the model counts: a message, what it said in a step, or the results of a step's calls. */
function count(messages: number): string {
  return messages === 1 ? '1 entry' : `${messages.toLocaleString()} entries`
}
