import { CSPProvider } from '@base-ui/react/csp-provider'
import { CatchBoundary } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { TooltipRegion } from './kit/tooltip.tsx'
import { CrashPage } from './shell/crash-page.tsx'
import './console.css'

const root = document.getElementById('root')
if (root === null) throw new Error('Expected the page to have an element with the id "root"')
createRoot(root).render(
  <StrictMode>
    {/* The page's policy lets no element of style in. */}
    <CSPProvider disableStyleElements>
      <CatchBoundary getResetKey={() => 'page'} errorComponent={CrashPage}>
        <App />
      </CatchBoundary>
      <TooltipRegion />
    </CSPProvider>
  </StrictMode>,
)
