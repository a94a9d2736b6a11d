/** The house this second and the minutes before, on one screen. */
import { CloudOff, Hourglass, Pause, Play } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Segmented } from '../../kit/segmented.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { NowCharts } from './now-charts.tsx'
import { momentsOf } from './now-series.ts'
import { LatencyTable, ModelErrors } from './now-tables.tsx'
import { NowTiles } from './now-tiles.tsx'
import { type NowState, useNow } from './use-now.ts'
import { useTick } from './use-tick.ts'

const windows = [
  { value: '1', label: '1 min' },
  { value: '5', label: '5 min' },
  { value: '15', label: '15 min' },
] as const
const everyMs = 1_000

export function NowPage() {
  const [paused, setPaused] = useState(false)
  const [minutes, setMinutes] = useState<(typeof windows)[number]['value']>('5')
  const now = useNow(paused)
  return (
    <div className="mx-auto flex max-w-7xl flex-col gap-4 p-4 sm:p-6">
      <title>Now · Toolcrib</title>
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-48 flex-1">
          <h1 className="text-lg font-semibold">Now</h1>
          <p className="text-sm text-muted-foreground">This server, second by second.</p>
        </div>
        <Segmented label="Window of time" value={minutes} onChange={setMinutes} options={windows} />
        <Button size="small" icon={paused ? Play : Pause} onClick={() => setPaused(!paused)}>
          {paused ? 'Go on' : 'Pause'}
        </Button>
      </div>
      <Heard now={now} paused={paused} />
      <Content now={now} minutes={Number(minutes)} />
    </div>
  )
}

function Content({ now, minutes }: { readonly now: NowState; readonly minutes: number }) {
  const { readings, waiting, at, heardAt, error } = now
  const from = at - minutes * 60_000
  const moments = useMemo(() => momentsOf(readings, { everyMs, from }), [readings, from])
  const span = useMemo(() => [from, at] as const, [from, at])
  const shown = useMemo(() => readings.filter((reading) => reading.at >= from), [readings, from])
  const windowText = `${minutes} min`
  if (heardAt === null) return <Waiting error={error} />
  if (shown.length === 0) {
    return (
      <EmptyState icon={Hourglass} title="The first second is not over">
        The server has just been started. Its figures come in a moment.
      </EmptyState>
    )
  }
  return (
    <>
      <NowTiles readings={shown} waiting={waiting} windowText={windowText} />
      <NowCharts moments={moments} span={span}>
        <ModelErrors readings={shown} windowText={windowText} />
        <LatencyTable readings={shown} windowText={windowText} />
      </NowCharts>
    </>
  )
}

/** Whether what is shown is of this moment. */
function Heard({ now: { error, heardAt, backAt }, paused }: { readonly now: NowState; readonly paused: boolean }) {
  const time = useTick(everyMs)
  if (heardAt === null) return null
  const ago = `${Math.max(0, Math.round((time - heardAt) / 1_000))} s ago`
  if (paused) return <Notice tone="neutral">Paused. What is shown was heard {ago}.</Notice>
  if (error !== null) {
    return (
      <Notice tone="warn" icon={CloudOff}>
        {error} Last heard {ago}, and asked again every second.
      </Notice>
    )
  }
  if (backAt !== null && time - backAt < 5_000) return <Notice tone="good">The server answers again.</Notice>
  return null
}

function Waiting({ error }: { readonly error: string | null }) {
  if (error !== null) {
    return (
      <EmptyState tone="bad" icon={CloudOff} title="The figures cannot be read">
        {error} It is asked again every second.
      </EmptyState>
    )
  }
  return (
    <Loading label="Loading the figures" className="flex flex-col gap-3">
      <Skeleton className="h-44 w-full" />
      <Skeleton className="h-64 w-full" />
    </Loading>
  )
}
