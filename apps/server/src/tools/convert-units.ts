/**
 * The tool `convert_units`: from one unit of measure to another, temperatures included.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { z } from 'zod'
import { type Converted, mathLimits } from './math.ts'
import type { ProcessPool } from './process-pool.ts'

const unit = z.string().trim().min(1).max(60)

const input = z.object({
  value: z.number().describe('How much to convert: the number'),
  from: unit
    .describe('The unit of the value')
    .meta({ examples: ['km', 'miles', 'celsius', 'kg', 'pounds', 'liters', 'mph', 'GiB'] }),
  to: unit
    .describe('The unit to convert to')
    .meta({ examples: ['miles', 'km', 'fahrenheit', 'pounds', 'kg', 'gallons', 'km/h', 'MB'] }),
})

const output = z.object({
  value: z.number().describe('The converted number'),
  unit: z.string(),
  text: z.string().describe('Such as "10 miles = 16.09344 km"'),
})

export function createConvertUnits(lease: () => ProcessPool): Tool {
  return defineTool({
    name: 'convert_units',
    title: 'Convert units',
    description:
      'Convert a measurement between units: length and distance (km, miles, feet, inches), weight and mass (kg, pounds, ounces), temperature (celsius, fahrenheit, kelvin), volume (liters, gallons, cups), area, speed (mph, km/h), time, data (MB, GiB), energy, power, pressure, angle.',
    category: 'math',
    tags: ['math', 'units', 'measurement', 'conversion'],
    input,
    output,
    effect: 'read',
    timeoutMs: 15_000,
    lifetime: 'app',
    open: lease,
    async execute({ value, from, to }, call) {
      const { timeLimitMs } = mathLimits
      // The process of mathematics is ours, and answers a `convert` with this.
      const found = (await call.instance.run(
        { type: 'convert', value, from, to },
        { asker: call.principal, signal: call.signal, timeLimitMs },
      )) as Converted
      return { ...found, unit: to }
    },
  })
}
