/** Text without its Markdown: what draws that is not there, or the text is not to be drawn. */
export function AsWritten({ text }: { readonly text: string }) {
  return (
    <p dir="auto" className="whitespace-pre-wrap">
      {text}
    </p>
  )
}
