/** A run as its person saw it, at the speed it happened. Nothing in it can be answered or changed. */
import { Pause, Play, SkipForward } from 'lucide-react'
import { useMemo, useState } from 'react'
import { type RunView, type StepView, type Turn, textOf } from 'toolcrib/client'
import { attachmentsOf } from 'toolcrib/protocol'
import { RunSteps } from '../../chat/thread/step-section.tsx'
import { Button } from '../../kit/button.tsx'
import { Segmented } from '../../kit/segmented.tsx'
import { Switch } from '../../kit/switch.tsx'
import { paceOf, shortSilenceMs } from './pace.ts'
import { countAt, createScenes, scriptOf } from './playback.ts'
import { runLooks } from './run-state.tsx'
import { formatLong } from './run-times.ts'
import { timelineOf } from './timeline.ts'
import { speeds, usePlayback } from './use-playback.ts'
import type { RunLog } from './use-run.ts'

export function Replay({ log: { events, run } }: { readonly log: RunLog }) {
  const [cutSilences, setCutSilences] = useState(false)
  const { moments, durationMs } = useMemo(() => timelineOf(events), [events])
  const shortMs = useMemo(() => shortSilenceMs(moments, durationMs), [moments, durationMs])
  const script = useMemo(
    () => scriptOf({ moments, durationMs, maxSilenceMs: cutSilences ? shortMs : Number.POSITIVE_INFINITY }),
    [moments, durationMs, cutSilences, shortMs],
  )
  const sceneAt = useMemo(() => createScenes(events), [events])
  const playback = usePlayback({ lengthMs: script.lengthMs, live: run.endedAt === null })
  const { positionMs, playing, speed } = playback
  const [turn] = sceneAt(countAt(script, positionMs)).turns

  return (
    <div className="flex flex-col gap-4">
      <div className="sticky top-0 z-10 flex flex-col gap-3 rounded-xl border bg-card p-3 shadow-xs">
        <div className="flex items-center gap-3">
          <Button
            variant="primary"
            icon={playing ? Pause : Play}
            onClick={() => (playing ? playback.pause() : playback.play())}
          >
            {playing ? 'Pause' : 'Play'}
          </Button>
          <input
            type="range"
            aria-label="Position"
            aria-valuetext={`${formatLong(positionMs)} of ${formatLong(script.lengthMs)}`}
            min={0}
            max={Math.max(1, Math.round(script.lengthMs))}
            step={Math.max(1, Math.round(script.lengthMs / 500))}
            value={Math.round(positionMs)}
            onChange={({ target }) => playback.seek(target.valueAsNumber)}
            className="h-6 min-w-0 flex-1 accent-primary"
          />
          <span className="shrink-0 text-sm text-muted-foreground tabular-nums">
            {formatLong(positionMs)} / {formatLong(script.lengthMs)}
          </span>
        </div>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <Segmented
            label="Speed"
            value={speed}
            onChange={playback.setSpeed}
            options={speeds.map((value) => ({ value, label: `${value}×` }))}
          />
          <Button
            variant="quiet"
            size="small"
            icon={SkipForward}
            onClick={() => {
              playback.pause()
              playback.seek(script.lengthMs)
            }}
          >
            To the end
          </Button>
          {Number.isFinite(shortMs) && (
            <Switch
              label="Cut long silences short"
              checked={cutSilences}
              onChange={(cut) => {
                // It stands where it stood: at the same event.
                const maxSilenceMs = cut ? shortMs : Number.POSITIVE_INFINITY
                const at = moments[countAt(script, positionMs) - 1] ?? 0
                setCutSilences(cut)
                playback.seek(paceOf({ moments, durationMs, maxSilenceMs }).place(at))
              }}
            />
          )}
        </div>
      </div>
      <section aria-label="The conversation as it was" className="mx-auto w-full max-w-3xl">
        {turn === undefined ? (
          <p className="py-10 text-center text-sm text-muted-foreground">
            Press Play to see it as {run.name ?? run.owner.user} did.
          </p>
        ) : (
          <Scene turn={turn} />
        )}
      </section>
    </div>
  )
}

function Scene({ turn: { parts, run } }: { readonly turn: Turn }) {
  const working = run.status === 'accepted' || run.status === 'running'
  return (
    <article className="flex flex-col gap-4">
      <div className="flex max-w-[85%] flex-col gap-2 self-end rounded-2xl bg-accent px-4 py-2.5">
        <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
          {textOf(parts)}
        </p>
        {attachmentsOf(parts).map(({ attachmentId, name, mediaType }) => (
          <p key={attachmentId} className="text-sm text-muted-foreground [overflow-wrap:anywhere]">
            <bdi>{name}</bdi>, {mediaType}
          </p>
        ))}
      </div>
      <div className="flex flex-col gap-3" data-role="assistant" data-status={run.status}>
        <RunSteps run={unanswerable(run)} working={working} />
        {!working && (
          <p className="text-sm text-muted-foreground">
            {runLooks[run.status].label}
            {run.error !== undefined && (
              <>
                : <bdi>{run.error.message}</bdi>
              </>
            )}
          </p>
        )}
      </div>
    </article>
  )
}

/** Whoever looks on is asked nothing: a call that waits has no form. */
function unanswerable(run: RunView): RunView {
  return { ...run, steps: run.steps.map(withoutForms) }
}

const shown = new WeakMap<StepView, StepView>()

/** The same for the same: what did not change is not drawn again. */
function withoutForms(step: StepView): StepView {
  const known = shown.get(step)
  if (known !== undefined) return known
  const calls = step.calls.map(({ approval, ...call }) => ({
    ...call,
    ...(approval?.decision === undefined ? {} : { approval }),
    ...(call.run === undefined ? {} : { run: unanswerable(call.run) }),
  }))
  const made = { ...step, calls }
  shown.set(step, made)
  return made
}
