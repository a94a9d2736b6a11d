/** Around every room: what must outlive the change from one to the other. */
import { Outlet } from '@tanstack/react-router'
import { DeletionsProvider } from '../chat/sidebar/deletions.tsx'
import { Anywhere } from './anywhere.tsx'
import { CommandsProvider } from './commands.tsx'

export function Page() {
  return (
    <CommandsProvider>
      <DeletionsProvider>
        <Outlet />
        <Anywhere />
      </DeletionsProvider>
    </CommandsProvider>
  )
}
