/** Who sits here, and what they may set or end. */
import { ChevronsUpDown, CircleGauge, Keyboard, LogOut, Monitor, Moon, ShieldOff, Sun } from 'lucide-react'
import { useState } from 'react'
import { ConfirmDialog } from '../kit/confirm-dialog.tsx'
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../kit/menu.tsx'
import { useToast } from '../kit/toast.tsx'
import { useSignedIn } from '../session/signed-in.ts'
import { useCommand, useCommands } from './commands.tsx'
import { shortcuts } from './shortcuts.ts'
import { type Theme, useTheme } from './theme.ts'
import { UsageDialog } from './usage-dialog.tsx'

const themes = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'system', label: 'As the system', icon: Monitor },
] as const satisfies readonly { readonly value: Theme; readonly label: string; readonly icon: unknown }[]

/** @param compact - Only the initials. */
export function UserMenu({ compact = false }: { readonly compact?: boolean }) {
  const { principal, signOut } = useSignedIn()
  const commands = useCommands()
  const toast = useToast()
  const [theme, setTheme] = useTheme()
  const [asks, setAsks] = useState(false)
  const [usage, setUsage] = useState(false)
  const name = principal.name ?? principal.user

  const leave = () =>
    void signOut().then((failure) => {
      if (failure !== undefined) toast.show({ tone: 'bad', title: `You are still signed in: ${failure.message}` })
    })

  useCommand({ id: 'sign-out', label: 'Sign out', icon: LogOut, words: 'log out leave', run: leave })
  useCommand({
    id: 'usage',
    label: 'Show the usage',
    icon: CircleGauge,
    words: 'budget limits',
    run: () => setUsage(true),
  })
  useCommand({
    id: 'theme-light',
    label: 'Use the light theme',
    icon: Sun,
    words: 'appearance',
    run: () => setTheme('light'),
  })
  useCommand({
    id: 'theme-dark',
    label: 'Use the dark theme',
    icon: Moon,
    words: 'appearance',
    run: () => setTheme('dark'),
  })
  useCommand({
    id: 'theme-system',
    label: 'Use the theme of the system',
    icon: Monitor,
    words: 'appearance',
    run: () => setTheme('system'),
  })

  return (
    <>
      <Menu
        side={compact ? 'bottom' : 'top'}
        align={compact ? 'end' : 'start'}
        trigger={
          <button
            type="button"
            {...(compact ? { 'aria-label': `${name}: account and settings` } : {})}
            className={`flex min-w-0 items-center gap-2.5 rounded-lg text-start transition-colors hover:bg-muted data-popup-open:bg-muted ${compact ? 'p-1' : 'w-full px-2 py-1.5'}`}
          >
            <Initials name={name} />
            {!compact && (
              <>
                <span className="min-w-0 flex-1">
                  <bdi className="block truncate text-sm font-medium">{name}</bdi>
                  <bdi className="block truncate text-xs text-muted-foreground">{principal.tenant}</bdi>
                </span>
                <span className="sr-only">: account and settings</span>
                <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-muted-foreground" />
              </>
            )}
          </button>
        }
      >
        <div className="px-2.5 pt-1.5 pb-2">
          <p className="truncate text-sm font-medium">
            <bdi>{name}</bdi>
          </p>
          <p className="text-xs text-muted-foreground [overflow-wrap:anywhere]">
            <bdi>{principal.user}</bdi> at <bdi>{principal.tenant}</bdi>
          </p>
          {principal.roles.length > 0 && (
            <p className="text-xs text-muted-foreground [overflow-wrap:anywhere]">
              {principal.roles.length === 1 ? 'Role' : 'Roles'}: {principal.roles.join(', ')}
            </p>
          )}
        </div>
        <MenuSeparator />
        <MenuChoice label="Theme" value={theme} onChange={setTheme} options={themes} />
        <MenuSeparator />
        <MenuItem icon={CircleGauge} onSelect={() => setUsage(true)}>
          Usage
        </MenuItem>
        <MenuItem icon={Keyboard} keys={shortcuts.help.keys} onSelect={() => commands.run('help')}>
          Keyboard shortcuts
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={LogOut} onSelect={leave}>
          Sign out
        </MenuItem>
        <MenuItem icon={ShieldOff} danger onSelect={() => setAsks(true)}>
          Sign out everywhere…
        </MenuItem>
      </Menu>
      <UsageDialog open={usage} onOpenChange={setUsage} />
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        danger
        title="Sign out everywhere?"
        description="All your devices, tabs and programs are signed out at once. Answers that are being written go on."
        confirm="Sign out everywhere"
        onConfirm={async () => {
          const failure = await signOut({ everywhere: true })
          if (failure !== undefined) throw new Error(failure.message)
        }}
      />
    </>
  )
}

/** What a reader calls a letter may be several characters. */
const segments = new Intl.Segmenter()

function Initials({ name }: { readonly name: string }) {
  const letters = name
    .split(/[\s._-]+/)
    .slice(0, 2)
    .map((word) => [...segments.segment(word)][0]?.segment ?? '')
    .join('')
  return (
    <span
      aria-hidden="true"
      className="grid size-8 shrink-0 place-items-center rounded-full bg-primary/12 text-xs font-semibold text-primary uppercase"
    >
      {letters}
    </span>
  )
}
