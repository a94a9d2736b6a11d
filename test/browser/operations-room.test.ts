/** What all pages of the operations room have in common, in a real browser on a real server. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServerFixture } from '../../apps/server/src/server.fixture.ts'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { isTooWide, operatorAt, startHouse } from './operator-page.ts'

const names = ['Now', 'Scopes', 'Registry', 'Runs', 'Audit', 'Health', 'Limits']
const anyQuestion = /\/v1\/operations\//
const silent = /The server does not answer\. Last heard \d+ s ago/

describe.runIf(mayRun(noBrowser))('the operations room', { timeout: 90_000 }, () => {
  let browser: Browser
  let house: ServerFixture

  beforeAll(async () => {
    browser = await launchChromium()
    house = await startHouse({})
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await house?.[Symbol.asyncDispose]()
  })

  const awaited = (page: Page) => page.getByRole('main').getByText(/^Loading the/)
  const answered = async (page: Page, name: string) => {
    await page.getByRole('heading', { level: 1, name }).waitFor()
    await awaited(page).waitFor({ state: 'detached' })
  }
  const goTo = (page: Page, name: string) =>
    page
      .getByRole('navigation', { name: 'Operations' })
      .getByRole('link', { name: new RegExp(`^${name}`) })
      .click()

  it('says on each page that nothing is heard, also of a network that the browser thinks is gone, and that it is back [WEB-02] [WEB-03]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/now', still: true })
    const told: string[] = []

    for (const name of names) {
      await goTo(page, name)
      await answered(page, name)
      await page.context().setOffline(true)
      await page.getByText(silent).waitFor()
      await page.context().setOffline(false)
      await page.getByText('The server answers again.').waitFor()
      told.push(name)
    }

    expect(told).toEqual(names)
    await page.context().close()
  })

  it('takes a server for silent that takes a question and does not answer [WEB-02] [WEB-03]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/limits', still: true })
    await answered(page, 'Limits')

    await page.route(anyQuestion, () => {})

    await page.getByText(silent).waitFor()
    await page.unroute(anyQuestion)
    await page.getByText('The server answers again.').waitFor()
    await page.context().close()
  })

  it('shows what is awaited, and what cannot be had, alike and accessibly on each page [WEB-03] [WEB-04]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/now', width: 380, still: true })
    await answered(page, 'Now')
    const seen: unknown[] = []

    for (const name of names) {
      const asked = Promise.withResolvers<void>()
      const held = Promise.withResolvers<void>()
      await page.goto('about:blank')
      await page.route(anyQuestion, async (route) => {
        asked.resolve()
        await held.promise
        await route.fulfill({
          status: 503,
          json: { error: { code: 'STORE_UNAVAILABLE', message: 'It rests', retry: 'later' } },
        })
      })
      await page.goto(`${house.url}/#/operations/${name.toLowerCase()}`)
      await asked.promise
      await page.getByRole('heading', { level: 1, name }).waitFor()
      const loading = await page
        .getByRole('main')
        .getByText(/^Loading the/)
        .count()
      held.resolve()
      await page.getByRole('alert').getByText('It rests.').waitFor()
      const { violations } = await (await axeOf(page)).analyze()
      seen.push([name, loading, violations.map(({ id }) => id), await isTooWide(page)])
      await page.unroute(anyQuestion)
    }

    expect(seen).toEqual(names.map((name) => [name, 1, [], false]))
    await page.context().close()
  })

  it('shows nothing more of the house to who is an operator no longer [WEB-03] [L9]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/audit', still: true })
    await answered(page, 'Audit')

    await page.route(anyQuestion, (route) =>
      route.fulfill({ status: 403, json: { error: { code: 'OPERATOR_REQUIRED', message: 'No', retry: 'never' } } }),
    )

    await page.getByText('The audit cannot be read').waitFor()
    expect(await page.getByText('Signed in').count()).toBe(0)
    await page.context().close()
  })

  it('has each of its pages in view of its navigation, on a phone too [WEB-04]', async () => {
    const page = await operatorAt(browser, house.url, { at: '/operations/limits', width: 360, still: true })
    await answered(page, 'Limits')

    const links = await page.getByRole('navigation', { name: 'Operations' }).getByRole('link').all()
    const places = await Promise.all(links.map((link) => link.boundingBox()))

    expect(places.map((place) => place !== null && place.x >= 0 && place.x + place.width <= 360)).toEqual(
      names.map(() => true),
    )
    await page.context().close()
  })
})
