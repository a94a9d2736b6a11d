import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { createBench } from './carry-out.ts'
import { createCurrentTime } from './current-time.ts'

const summer = createBench(createCurrentTime(createManualClock(Date.UTC(2026, 6, 4, 22, 30, 15))))

describe('current_time', () => {
  it('tells the time in a city, in its own day', async () => {
    expect(await summer.call({ place: 'Oslo' })).toEqual({
      iso: '2026-07-05T00:30:15+02:00',
      timeZone: 'Europe/Oslo',
      offset: '+02:00',
      weekday: 'Sunday',
      place: 'Oslo, Norway',
      text: 'It is 00:30 on Sunday, 5 July 2026 (UTC+02:00) in Oslo, Norway.',
    })
  })

  it('follows summer time', async () => {
    const winter = createBench(createCurrentTime(createManualClock(Date.UTC(2026, 0, 4, 12))))

    expect(await winter.call({ place: 'Oslo' })).toMatchObject({ offset: '+01:00', iso: '2026-01-04T13:00:00+01:00' })
  })

  it('takes time zones, also with half hours, and UTC when no place is given', async () => {
    expect(await summer.call({ place: 'Asia/Kolkata' })).toMatchObject({ iso: '2026-07-05T04:00:15+05:30' })
    expect(await summer.call({ place: 'america/new_york' })).toMatchObject({ timeZone: 'America/New_York' })
    expect(await summer.call({})).toMatchObject({ iso: '2026-07-04T22:30:15+00:00', timeZone: 'UTC' })
  })

  it('takes the most populous city of a name, says so, and names the others', async () => {
    const found = (await summer.call({ place: 'Springfield' })) as { readonly note: string }

    expect(found).toMatchObject({
      timeZone: 'America/New_York',
      place: 'Springfield, Massachusetts, United States of America',
    })
    expect(found.note).toContain('The most populous Springfield was taken')
    expect(found.note).toContain('Illinois')
  })

  it('takes a region or a country to tell cities apart', async () => {
    expect(await summer.call({ place: 'Springfield, Illinois' })).toMatchObject({ timeZone: 'America/Chicago' })
    expect(await summer.call({ place: 'paris, france' })).toMatchObject({ timeZone: 'Europe/Paris' })
  })

  it('takes the largest city of a country or a province, and names its other time zones', async () => {
    expect(await summer.call({ place: 'Norway' })).not.toHaveProperty('note')
    expect(await summer.call({ place: 'japan' })).toMatchObject({ timeZone: 'Asia/Tokyo' })
    expect(await summer.call({ place: 'Texas' })).toMatchObject({ timeZone: 'America/Chicago' })
    expect(await summer.call({ place: 'Australia' })).toMatchObject({
      timeZone: 'Australia/Sydney',
      note: expect.stringContaining('Australia/Perth'),
    })
  })

  it('ignores accents and case', async () => {
    expect(await summer.call({ place: 'SAO PAULO' })).toMatchObject({ timeZone: 'America/Sao_Paulo' })
    expect(await summer.call({ place: 'Zürich' })).toMatchObject({ timeZone: 'Europe/Zurich' })
  })

  it('names the nearest places of one that it does not know', async () => {
    await expect(summer.call({ place: 'Stokholm' })).rejects.toMatchObject({
      code: 'PLACE_UNKNOWN',
      details: { nearest: expect.arrayContaining(['Stockholm']) },
    })
  })
})
