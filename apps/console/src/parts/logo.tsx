export function Logo({ small = false }: { readonly small?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2.5 font-semibold tracking-tight">
      <img src="/icon.svg" alt="" className={small ? 'size-7' : 'size-10'} />
      <span className={small ? 'text-base' : 'text-lg'}>Toolcrib</span>
    </span>
  )
}
