/** Whether the keyboard has a ⌘, which is what programs are told things with there. */
export const isApple: boolean = /Mac|iPhone|iPad/.test(navigator.platform)
