/** What opens over any room: the palette and the help. Neither is loaded before somebody asks for it. */
import { useNavigate } from '@tanstack/react-router'
import { Activity, Keyboard, MessageSquare, Search, SquarePen } from 'lucide-react'
import { type ComponentType, useState } from 'react'
import { useToast } from '../kit/toast.tsx'
import { useGoToThread } from '../route.ts'
import { useSignedIn } from '../session/signed-in.ts'
import { useCommand } from './commands.tsx'

interface Opened {
  readonly Part: ComponentType<{ readonly open: boolean; readonly onOpenChange: (open: boolean) => void }>
  readonly open: boolean
  /** How often it was opened: each time it is a new one. */
  readonly times: number
}

export function Anywhere() {
  const { operator } = useSignedIn()
  const navigate = useNavigate()
  const goToThread = useGoToThread()
  const palette = useOpened(() => import('./palette.tsx').then(({ Palette }) => Palette))
  const help = useOpened(() => import('./shortcuts-help.tsx').then(({ ShortcutsHelp }) => ShortcutsHelp))

  useCommand(
    operator
      ? {
          id: 'operations',
          label: 'Go to operations',
          icon: Activity,
          words: 'house now scopes registry runs audit health limits',
          run: () => void navigate({ to: '/operations' }),
        }
      : undefined,
  )
  useCommand({ id: 'chat', label: 'Go to the chat', icon: MessageSquare, run: () => void navigate({ to: '/' }) })
  useCommand({
    id: 'help',
    label: 'Keyboard shortcuts',
    icon: Keyboard,
    words: 'keys help',
    shortcut: 'help',
    run: help.show,
  })
  useCommand({
    id: 'new-chat',
    label: 'New chat',
    icon: SquarePen,
    words: 'start thread conversation',
    shortcut: 'newChat',
    run: () => goToThread(undefined),
  })
  useCommand({ id: 'palette', label: 'Search', icon: Search, shortcut: 'palette', run: palette.show })

  return (
    <>
      {palette.element}
      {help.element}
    </>
  )
}

function useOpened(load: () => Promise<Opened['Part']>) {
  const toast = useToast()
  const [opened, setOpened] = useState<Opened>()

  async function show() {
    try {
      const Part = opened?.Part ?? (await load())
      setOpened((before) => ({ Part, open: true, times: (before?.times ?? 0) + 1 }))
    } catch {
      toast.show({
        tone: 'bad',
        title: 'This could not be loaded',
        description: 'The server does not answer, or was updated since. What you have written stays.',
        action: { label: 'Reload', onPress: () => location.reload() },
        timeoutMs: 0,
      })
    }
  }

  return {
    show: () => void show(),
    element: opened !== undefined && (
      <opened.Part key={opened.times} open={opened.open} onOpenChange={(open) => setOpened({ ...opened, open })} />
    ),
  }
}
