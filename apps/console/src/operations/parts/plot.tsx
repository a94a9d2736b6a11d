/** The drawing itself: uPlot, in the colours of the page, as wide as its place. */
import { useEffect, useEffectEvent, useRef } from 'react'
import UPlot from 'uplot'
import type { ChartLine, ChartProps } from './chart.tsx'
import './chart.css'

interface PlotProps extends Omit<ChartProps, 'title' | 'choice'> {
  /** Where the crosshair is; null: nowhere. */
  readonly onCursor: (index: number | null) => void
}

const height = 132

export function Plot({ times, lines, span, format, sync, onCursor }: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const colors = lines.map(({ color }) => color).join()
  const [from, to] = span

  const draw = useEffectEvent(() => {
    plot.current?.setData(dataOf(times, lines), false)
    plot.current?.setScale('x', { min: from / 1_000, max: to / 1_000 })
  })

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const chart = new UPlot(optionsOf(element, { colors: colors.split(','), format, sync, onCursor }), [[]], element)
    plot.current = chart
    draw()
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    const themed = new MutationObserver(() => chart.redraw())
    themed.observe(document.documentElement, { attributeFilter: ['class'] })
    return () => {
      resized.disconnect()
      themed.disconnect()
      chart.destroy()
      plot.current = undefined
    }
  }, [colors, format, sync, onCursor])

  useEffect(() => {
    plot.current?.setData(dataOf(times, lines), false)
    plot.current?.setScale('x', { min: from / 1_000, max: to / 1_000 })
  }, [times, lines, from, to])

  return <div ref={place} aria-hidden="true" className="mt-auto h-33 min-w-0 overflow-hidden" />
}

interface PlotOptions {
  readonly colors: readonly string[]
  readonly format: (value: number) => string
  readonly sync: string
  readonly onCursor: (index: number | null) => void
}

function optionsOf(element: HTMLElement, { colors, format, sync, onCursor }: PlotOptions): UPlot.Options {
  // Asked for at every drawing: the theme may have changed.
  const token = (name: string) => () => getComputedStyle(element).getPropertyValue(`--${name}`)
  const font = `11px ${getComputedStyle(element).fontFamily}`
  const axis = { stroke: token('muted-foreground'), font, ticks: { show: false } }
  return {
    width: element.clientWidth,
    height,
    // So that the last moment on the axis is not cut off.
    padding: [6, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: sync }, points: { size: 6 } },
    scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, niceTop(max)] } },
    axes: [
      { ...axis, size: 20, gap: 2, space: 56, grid: { show: false }, values: (_plot, ticks) => ticks.map(timeOf) },
      {
        ...axis,
        size: 58,
        space: 34,
        grid: { stroke: token('border'), width: 1 },
        values: (_plot, ticks) => ticks.map(format),
      },
    ],
    series: [
      {},
      ...colors.map((color) => ({
        stroke: token(color),
        width: 1.5,
        points: { show: false },
        ...(colors.length === 1 ? { fill: () => `color-mix(in oklab, ${token(color)()} 14%, transparent)` } : {}),
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
  }
}

function niceTop(max: number | null): number {
  return max === null || max <= 0 ? 1 : max * 1.15
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleTimeString(undefined, { hourCycle: 'h23' })
}

function dataOf(times: readonly number[], lines: readonly ChartLine[]): UPlot.AlignedData {
  return [times.map((time) => time / 1_000), ...lines.map(({ values }) => [...values])]
}
