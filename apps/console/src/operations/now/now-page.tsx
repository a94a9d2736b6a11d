/** The house this second and the minutes before, on one screen. */
import { Hourglass, Pause, Play } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Segmented } from '../../kit/segmented.tsx'
import { Ago, Answered } from '../parts/answered.tsx'
import { OperationsPage, PageHeading } from '../parts/operations-page.tsx'
import { NowCharts } from './now-charts.tsx'
import { momentsOf } from './now-series.ts'
import { LatencyTable, ModelErrors } from './now-tables.tsx'
import { NowTiles } from './now-tiles.tsx'
import { type NowState, useNow } from './use-now.ts'

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
  const answer = {
    data: now.heardAt === null ? undefined : now,
    error: now.error,
    dataUpdatedAt: now.heardAt ?? 0,
  }
  return (
    <OperationsPage title="Now">
      <PageHeading
        title="Now"
        actions={
          <>
            <Segmented label="Window of time" value={minutes} onChange={setMinutes} options={windows} />
            <Button size="small" icon={paused ? Play : Pause} onClick={() => setPaused(!paused)}>
              {paused ? 'Go on' : 'Pause'}
            </Button>
          </>
        }
      >
        This server, second by second.
      </PageHeading>
      {paused && now.heardAt !== null && (
        <Notice tone="neutral">
          Paused. What is shown was heard <Ago at={now.heardAt} />.
        </Notice>
      )}
      <Answered of="figures" answer={answer} shape={['h-44', 'h-64']}>
        {(heard) => <Content now={heard} minutes={Number(minutes)} />}
      </Answered>
    </OperationsPage>
  )
}

function Content({ now, minutes }: { readonly now: NowState; readonly minutes: number }) {
  const { readings, waiting, at } = now
  const from = at - minutes * 60_000
  const moments = useMemo(() => momentsOf(readings, { everyMs, from }), [readings, from])
  const span = useMemo(() => [from, at] as const, [from, at])
  const shown = useMemo(() => readings.filter((reading) => reading.at >= from), [readings, from])
  const windowText = `${minutes} min`
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
