import { Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../kit/icon-button.tsx'

export function ThemeButton() {
  const [dark, setDark] = useState(() => document.documentElement.classList.contains('dark'))

  function toggle() {
    document.documentElement.classList.toggle('dark', !dark)
    localStorage.setItem('toolcrib.theme', dark ? 'light' : 'dark')
    setDark(!dark)
  }

  return (
    <IconButton label={dark ? 'Use the light theme' : 'Use the dark theme'} icon={dark ? Sun : Moon} onClick={toggle} />
  )
}
