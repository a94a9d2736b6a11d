/** What is around a chat, whether it exists already or not: its header, and the tools beside it or, on a phone, above it. */
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { Dialog } from '../../kit/dialog.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { useIsRoomy } from '../../shell/use-media.ts'
import { ConnectionNotice } from './connection-notice.tsx'
import { ThreadHeader } from './thread-header.tsx'

const ToolsPanel = lazy(() => import('./tools-panel.tsx'))

export interface ThreadFrameProps {
  readonly title: string
  readonly onRename?: ((title: string) => Promise<unknown>) | undefined
  readonly model?: string | undefined
  /** Whose tools are held. Default: the server's first. */
  readonly agent?: string | undefined
  readonly onOpenSidebar: () => void
  readonly children: ReactNode
}

export function ThreadFrame({ title, onRename, model, agent, onOpenSidebar, children }: ThreadFrameProps) {
  const [toolsShown, setToolsShown] = useState(false)
  const isRoomy = useIsRoomy()
  const tools = (
    <Suspense fallback={<LoadingTools />}>
      <ToolsPanel agent={agent} />
    </Suspense>
  )
  return (
    <>
      <ThreadHeader
        title={title}
        onRename={onRename}
        model={model}
        onOpenSidebar={onOpenSidebar}
        toolsShown={toolsShown}
        onToggleTools={() => setToolsShown(!toolsShown)}
      />
      <ConnectionNotice />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">{children}</div>
        {toolsShown && isRoomy && (
          <aside aria-label="Tools" className="w-88 shrink-0 overflow-y-auto border-s p-4">
            <h2 className="mb-3 text-sm font-semibold">What this chat holds</h2>
            {tools}
          </aside>
        )}
      </div>
      {!isRoomy && (
        <Dialog open={toolsShown} onOpenChange={setToolsShown} title="What this chat holds">
          {tools}
        </Dialog>
      )}
    </>
  )
}

function LoadingTools() {
  return (
    <Loading label="Loading the tools" className="flex flex-col gap-4">
      {['a', 'b', 'c', 'd'].map((key) => (
        <div key={key} className="flex flex-col gap-1.5">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-3 w-full" />
        </div>
      ))}
    </Loading>
  )
}
