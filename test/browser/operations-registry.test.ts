/** The operations page of the registry, in a real browser on a real server. */
import type { Browser, Page } from 'playwright-core'
import { defineTool } from 'toolcrib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { connectClient, type ServerFixture, signIn } from '../../apps/server/src/server.fixture.ts'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { isTooWide, operatorAt, startHouse } from './operator-page.ts'

const hostile = '<img src=x onerror="window.hacked=1">'
const pay = defineTool({
  name: 'pay_invoice',
  title: 'Pay an invoice',
  description: `Pays an invoice. ${hostile}`,
  input: z.object({ number: z.string().describe('As it stands on the invoice'), amount: z.number().min(1).optional() }),
  effect: 'destructive',
  deprecated: 'Use pay.',
  execute: () => 'paid',
})

describe.runIf(mayRun(noBrowser))('the registry page', { timeout: 60_000 }, () => {
  let browser: Browser
  let house: ServerFixture

  beforeAll(async () => {
    browser = await launchChromium()
    house = await startHouse({ starterTools: false, tools: [pay] })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await house?.[Symbol.asyncDispose]()
  })

  const complaints = async (page: Page) =>
    (await (await axeOf(page)).analyze()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])

  it('shows a tool with its schema, its rules and its place, and nothing in it runs [WEB-03] [REG-07]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/registry', width: 380 })

    await page.getByRole('button', { name: /pay_invoice/ }).click()
    await page.getByText('As it stands on the invoice').waitFor()

    const shown = (await page.getByRole('main').textContent()) ?? ''
    expect(shown).toContain(hostile)
    expect(shown).toMatch(/numberstringrequired.*amountnumberoptional.*at least 1/)
    expect(shown).toMatch(/Who has the role user, by the rule for \*/)
    expect(shown).toContain('Whoever asks must agree')
    expect(shown).toMatch(/at browser\/operations-registry\.test\.ts:\d+/)
    expect(shown).toContain(pay.fingerprint)
    expect(page.url()).toContain(encodeURIComponent(pay.fingerprint))
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await isTooWide(page)).toBe(false)
    expect(await complaints(page)).toEqual([])
    await page.context().close()
  })

  it('shows every refusal with its fix and both places of a clash [WEB-03] [REG-09]', async () => {
    await using bob = connectClient(house.url, (await signIn(house.url, 'Bob')).token)
    const judged = Promise.withResolvers<unknown>()
    const page_ = { description: 'Other.', inputSchema: { type: 'object' }, effect: 'read', execute: () => 1 } as const
    bob.offerTools([{ ...page_, name: 'PayInvoice' }], { onVerdicts: judged.resolve })
    await judged.promise
    const page = await operatorAt(browser, house.url, { at: '/operations/registry/refusals' })

    const card = page.getByRole('article').filter({ hasText: 'NAME_CONFUSABLE' })
    await card.waitFor()

    const told = (await card.textContent()) ?? ''
    expect(told).toMatch(/PayInvoicerefusedNAME_CONFUSABLE/)
    expect(told).toMatch(/Held bypay_invoice in app, defined at browser\/operations-registry\.test\.ts:\d+/)
    expect(told).toMatch(/Offeredby client:con_/)
    expect(told).toContain('What to doRename one of the two')
    expect(told).toMatch(/Judged by app\/tenant:local\/user:bob\/connection:con_/)
    expect(await complaints(page)).toEqual([])
    await page.context().close()
  })

  it('says what would happen to what is pasted, and keeps nothing of it [WEB-03] [REG-01] [REG-09]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/registry/judgement' })
    const before = house.server.registry.metrics().verdicts
    const inputSchema = { type: 'object', properties: { city: { type: 'string' } } }
    const listing = [
      { name: 'get_weather', description: 'The weather.', inputSchema, annotations: { readOnlyHint: true } },
      { name: 'pay_invoice', description: hostile, inputSchema },
      { name: 'get_weather', description: 'Again.', inputSchema },
      inputSchema,
    ]

    await page.getByLabel('JSON to judge').fill(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: listing } }))
    await page.getByRole('button', { name: 'Judge it' }).click()
    await page.getByText('1 would be admitted, 3 refused').waitFor()
    const cards = await page.getByRole('article').allTextContents()
    await page.getByText('What a model would see').click()

    expect(cards[0]).toContain('get_weatheradmitted')
    expect(cards[1]).toMatch(/NAME_SHADOWS.*pay_invoice in app, defined at browser\/operations-registry\.test\.ts/)
    expect(cards[2]).toMatch(/NAME_TAKEN.*this very text, earlier/)
    expect(cards[3]).toContain('NOT_A_TOOL / schema')
    expect(house.server.registry.metrics().verdicts).toEqual(before)
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await complaints(page)).toEqual([])
    await page.context().close()
  })

  it('keeps what was pasted while something else is looked at [WEB-03]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/registry/judgement' })
    const box = page.getByLabel('JSON to judge')
    await box.fill('{ "name": "pay_invoice" }')
    await page.getByRole('button', { name: 'Judge it' }).click()
    const verdicts = page.getByRole('region', { name: 'Verdicts' })
    await verdicts.waitFor()

    await page.getByRole('tab', { name: /Refusals/ }).click()
    await verdicts.waitFor({ state: 'hidden' })
    await page.getByRole('tab', { name: 'What would happen' }).click()
    await verdicts.waitFor()
    await page.getByRole('link', { name: 'Scopes' }).click()
    await page.getByRole('tree').waitFor()
    await page.goBack()

    expect(await box.inputValue()).toBe('{ "name": "pay_invoice" }')
    await page.context().close()
  })

  it('says where what is pasted is no JSON [WEB-03]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/registry/judgement', width: 380 })

    await page.getByLabel('JSON to judge').fill('{\n  name: 1\n}')
    await page.getByRole('button', { name: 'Judge it' }).click()

    await page.getByRole('alert').getByText('line 2, column 3').waitFor()
    expect(await isTooWide(page)).toBe(false)
    await page.context().close()
  })
})
