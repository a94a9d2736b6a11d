import { LoaderCircle } from 'lucide-react'

/** Something is on its way. What, is said beside it. */
export function Spinner({ className = 'size-4' }: { readonly className?: string }) {
  return <LoaderCircle aria-hidden="true" className={`shrink-0 animate-spin ${className}`} />
}
