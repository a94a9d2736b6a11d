/** Light, dark, or as the system is. `public/theme.js` does the same before the first paint. */
import { useEffect, useState } from 'react'

export type Theme = 'light' | 'dark' | 'system'

const key = 'toolcrib.theme'
const changed = 'toolcrib:theme'

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(read)

  useEffect(() => {
    const sync = () => setTheme(read())
    addEventListener(changed, sync)
    addEventListener('storage', sync)
    return () => {
      removeEventListener(changed, sync)
      removeEventListener('storage', sync)
    }
  }, [])

  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)')
    const apply = () => {
      const dark = theme === 'system' ? system.matches : theme === 'dark'
      document.documentElement.classList.toggle('dark', dark)
    }
    apply()
    system.addEventListener('change', apply)
    return () => system.removeEventListener('change', apply)
  }, [theme])

  return [theme, choose]
}

function choose(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(key)
  else localStorage.setItem(key, theme)
  dispatchEvent(new Event(changed))
}

function read(): Theme {
  const kept = localStorage.getItem(key)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}
