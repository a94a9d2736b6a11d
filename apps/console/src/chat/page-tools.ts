/** What this page can do for an agent, and a server cannot: tell how the browser that shows it is set. */
import type { ClientTool } from 'toolcrib/client'

const browserSettings: ClientTool = {
  name: 'get_browser_settings',
  title: 'Browser settings',
  description:
    "Tells how the person's own browser is set: time zone, preferred languages, size of the window and the screen, light or dark appearance, and whether it is online.",
  inputSchema: { type: 'object', properties: {}, additionalProperties: false },
  effect: 'read',
  timeoutMs: 10_000,
  execute() {
    const { languages, onLine } = navigator
    return {
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      languages: [...languages],
      window: { width: innerWidth, height: innerHeight },
      screen: { width: screen.width, height: screen.height, pixelRatio: devicePixelRatio },
      appearance: document.documentElement.classList.contains('dark') ? 'dark' : 'light',
      online: onLine,
    }
  },
}

export const pageTools: readonly ClientTool[] = [browserSettings]
