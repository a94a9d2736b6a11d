/** A sentence in which what stands between backticks is a name. */
export function Names({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a name may come twice, and nothing in it moves
      <code key={index} className="text-xs text-foreground [overflow-wrap:anywhere]">
        {part}
      </code>
    ) : (
      part
    ),
  )
}
