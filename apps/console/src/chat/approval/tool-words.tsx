import { explicitJson } from 'toolcrib/protocol'

/** What a tool says of itself: marked as its words and not the page's, and nothing in them that cannot be seen. */
export function ToolWords({ children: said }: { readonly children: string }) {
  return (
    <blockquote
      dir="auto"
      className="border-s-2 ps-3 whitespace-pre-wrap text-muted-foreground [overflow-wrap:anywhere]"
    >
      {plainWords(said)}
    </blockquote>
  )
}

/** Each character that cannot be seen, or steers how others are shown, as its escape; never more than one empty line. */
export function plainWords(said: string): string {
  const lines = said.trim().split(/\r?\n/)
  const plain = lines.map((line) =>
    explicitJson(line)
      .slice(1, -1)
      .replace(/\\(["\\])/g, '$1'),
  )
  return plain.join('\n').replace(/\n{3,}/g, '\n\n')
}
