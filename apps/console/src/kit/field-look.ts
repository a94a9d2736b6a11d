/** How everything looks that is written or chosen in. 16 px on a phone: below that, a browser zooms in. */
export const fieldLook =
  'min-h-9 w-full min-w-0 rounded-lg border border-input bg-background px-3 py-1.5 text-base text-foreground shadow-xs placeholder:text-muted-foreground focus-visible:outline-2 focus-visible:outline-offset-1 focus-visible:outline-ring disabled:opacity-50 aria-invalid:border-bad md:text-sm'

export const labelLook = 'text-sm font-medium'
