/**
 * Where everything is: the chat and, loaded when somebody goes there, the operations room. The law: what is looked at is in
 * the address.
 */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { ChatRoom } from './chat/chat-room.tsx'
import { NewThread } from './chat/thread/new-thread.tsx'
import { OpenThread } from './chat/thread/open-thread.tsx'
import { readAuditSearch } from './operations/audit/audit-search.ts'
import { parseRunSearch, parseRunsSearch } from './operations/runs/search.ts'
import { CrashPage } from './shell/crash-page.tsx'
import { NotFoundPage } from './shell/not-found-page.tsx'
import { Page } from './shell/page.tsx'
import { LoadingPage } from './shell/page-state.tsx'

const root = createRootRoute({ component: Page, notFoundComponent: NotFoundPage })

const chat = createRoute({ getParentRoute: () => root, id: 'chat', component: ChatRoom })
const newThread = createRoute({ getParentRoute: () => chat, path: '/', component: NewThread })
const thread = createRoute({
  getParentRoute: () => chat,
  path: '/thread/$threadId/{-$messageId}',
  component: OpenThread,
})

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  component: lazyRouteComponent(() => import('./operations/room.tsx'), 'OperationsRoom'),
})
const operationsIndex = createRoute({
  getParentRoute: () => operations,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/operations/now', replace: true })
  },
})
const audit = createRoute({
  getParentRoute: () => operations,
  path: 'audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('./operations/audit/audit-page.tsx'), 'AuditPage'),
})
const health = createRoute({
  getParentRoute: () => operations,
  path: 'health',
  component: lazyRouteComponent(() => import('./operations/health/health-page.tsx'), 'HealthPage'),
})
const limits = createRoute({
  getParentRoute: () => operations,
  path: 'limits',
  component: lazyRouteComponent(() => import('./operations/limits/limits-page.tsx'), 'LimitsPage'),
})
const now = createRoute({
  getParentRoute: () => operations,
  path: 'now',
  component: lazyRouteComponent(() => import('./operations/now/now-page.tsx'), 'NowPage'),
})
const scopes = createRoute({
  getParentRoute: () => operations,
  path: 'scopes',
  component: lazyRouteComponent(() => import('./operations/scopes/scopes-page.tsx'), 'ScopesPage'),
})
const registry = createRoute({
  getParentRoute: () => operations,
  path: 'registry/{-$view}/{-$tool}',
  component: lazyRouteComponent(() => import('./operations/registry/registry-page.tsx'), 'RegistryPage'),
})
const runs = createRoute({ getParentRoute: () => operations, path: 'runs' })
const runsList = createRoute({
  getParentRoute: () => runs,
  path: '/',
  validateSearch: parseRunsSearch,
  component: lazyRouteComponent(() => import('./operations/runs/runs-page.tsx'), 'RunsPage'),
})
const run = createRoute({
  getParentRoute: () => runs,
  path: '$runId',
  validateSearch: parseRunSearch,
  component: lazyRouteComponent(() => import('./operations/runs/run-page.tsx'), 'RunPage'),
})

const routeTree = root.addChildren([
  chat.addChildren([newThread, thread]),
  operations.addChildren([
    operationsIndex,
    now,
    audit,
    health,
    limits,
    registry,
    scopes,
    runs.addChildren([runsList, run]),
  ]),
])

export const history = createHashHistory()

/** One for each person: it remembers what it has shown. */
export function createPageRouter() {
  return createRouter({
    routeTree,
    history,
    defaultErrorComponent: CrashPage,
    // A room that is there in no time is not announced.
    defaultPendingMs: 150,
    defaultPendingComponent: LoadingPage,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>
  }
}
