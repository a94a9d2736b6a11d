/** A title, with what was searched for marked in it. */
export function MarkedTitle({ title, query }: { readonly title: string; readonly query: string }) {
  const at = query === '' ? -1 : title.toLowerCase().indexOf(query.toLowerCase())
  if (at === -1) return title
  const end = at + query.length
  return (
    <>
      {title.slice(0, at)}
      <mark className="rounded-xs bg-warn/25 text-inherit">{title.slice(at, end)}</mark>
      {title.slice(end)}
    </>
  )
}
