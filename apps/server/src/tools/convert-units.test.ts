import { createSystemClock } from 'toolcrib/agent'
import { afterAll, describe, expect, it } from 'vitest'
import { createBench } from './carry-out.ts'
import { createConvertUnits } from './convert-units.ts'
import { createMathPool } from './math.ts'

const pool = createMathPool(createSystemClock())
const bench = createBench(createConvertUnits(() => pool.lease()))
afterAll(() => bench[Symbol.asyncDispose]())

describe('convert_units', () => {
  it('converts lengths, weights, volumes, speeds and data', async () => {
    expect(await convert(10, 'miles', 'km')).toEqual({ value: 16.09344, unit: 'km', text: '10 miles = 16.09344 km' })
    expect(await converted(5, 'pounds', 'kg')).toBe(2.26796185)
    expect(await converted(2, 'litres', 'ml')).toBe(2_000)
    expect(await converted(60, 'mph', 'km/h')).toBe(96.56064)
    expect(await converted(1, 'GiB', 'MiB')).toBe(1_024)
    expect(await converted(100, 'square feet', 'm^2')).toBe(9.290304)
    expect(await converted(2, 'kcal', 'kJ')).toBe(8.368)
  })

  it('converts temperatures with their zero points', async () => {
    expect(await converted(100, 'celsius', 'fahrenheit')).toBe(212)
    expect(await converted(98.6, '°F', '°C')).toBe(37)
    expect(await converted(0, 'C', 'K')).toBe(273.15)
    expect(await converted(-40, 'degF', 'degC')).toBe(-40)
  })

  it('names the nearest units of one that it does not know', async () => {
    await expect(convert(1, 'celcius', 'K')).rejects.toMatchObject({
      code: 'UNIT_UNKNOWN',
      details: { unit: 'celcius', nearest: ['celsius'] },
    })
    await expect(convert(1, 'm', 'zorkmids')).rejects.toMatchObject({
      code: 'UNIT_UNKNOWN',
      details: { unit: 'zorkmids' },
    })
    await expect(convert(1, '3 m', 'km')).rejects.toMatchObject({ code: 'UNIT_UNKNOWN' })
  })

  it('says what two units measure that do not go together', async () => {
    await expect(convert(1, 'kg', 'm')).rejects.toMatchObject({
      code: 'UNITS_INCOMPATIBLE',
      message: '"kg" measures mass, "m" measures length: choose two units of one kind',
    })
  })

  it('refuses what is no number', async () => {
    await expect(bench.call({ value: 'ten', from: 'm', to: 'km' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
})

function convert(value: number, from: string, to: string): Promise<unknown> {
  return bench.call({ value, from, to })
}

async function converted(value: number, from: string, to: string): Promise<unknown> {
  const result = (await convert(value, from, to)) as { readonly value: number }
  return result.value
}
