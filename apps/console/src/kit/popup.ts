/** How everything looks that opens above the page: menus, popovers, lists. One look, one movement. */
export const popupLook =
  'origin-(--transform-origin) rounded-xl border bg-popover text-popover-foreground shadow-popup outline-none transition-[opacity,scale] duration-120 data-starting-style:scale-97 data-starting-style:opacity-0 data-ending-style:scale-97 data-ending-style:opacity-0 data-instant:duration-0'

export const popupItemLook =
  'flex min-h-9 cursor-default items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-accent data-disabled:opacity-50 pointer-coarse:min-h-11'

/** Above the page and its drawers; tooltips and toasts come above it. */
export const popupLayer = 'z-50'

export const menuLook = `${popupLook} max-h-(--available-height) min-w-52 max-w-[min(20rem,calc(100vw-1rem))] overflow-y-auto p-1.5`

/** Under what takes the whole attention. */
export const backdropLook =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0'
