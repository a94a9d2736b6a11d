import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('the house as it lives', { timeout: 60_000 }, () => {
  let browser: Browser
  let room: ConsoleServer

  beforeAll(async () => {
    browser = await launchChromium()
    room = await startConsole()
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await room?.[Symbol.asyncDispose]()
  })

  async function open(page: Page, name: 'now' | 'health' | 'limits'): Promise<void> {
    await page.goto(`${room.url()}/#/operations/${name}`)
    await page.getByRole('heading', { level: 1, name: new RegExp(name, 'i') }).waitFor()
  }

  const tile = (page: Page, label: string) => page.locator('dl > div').filter({ hasText: label })
  const chart = (page: Page, title: string) => page.getByRole('figure', { name: title, exact: true })
  const check = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

  it('follows what really happens: who comes, what is asked, and what fails [WEB-03] [OPS-01]', async () => {
    const page = await room.signIn(browser, 'olga')
    await open(page, 'now')
    await tile(page, 'Connections').getByText('1', { exact: true }).waitFor()

    const other = await room.signIn(browser, 'ned')
    await tile(page, 'Connections').getByText('2', { exact: true }).waitFor()
    await say(other, 'hello')
    await tile(page, 'Runs at work').getByText('1 completed').waitFor()
    await say(other, 'a slow one')
    await tile(page, 'Runs at work').getByText('1', { exact: true }).waitFor()
    room.release()
    await tile(page, 'Runs at work').getByText('2 completed').waitFor()
    await say(other, 'overload, please')

    await tile(page, 'Model errors').getByText('1', { exact: true }).waitFor()
    await page.getByRole('region', { name: 'Model errors' }).getByText('MODEL_OVERLOADED').waitFor()
    await page.getByRole('navigation', { name: 'Operations' }).getByText('degraded').waitFor()
    await other.close()
    await tile(page, 'Connections').getByText('1', { exact: true }).waitFor()
    await page.close()
  })

  it('draws charts that can be read as a table, by the keyboard alone [WEB-03] [WEB-04]', async () => {
    const page = await room.signIn(browser, 'kim')
    await open(page, 'now')
    await chart(page, 'Connections').locator('canvas').waitFor()

    await page.getByRole('button', { name: 'Show Connections as a table' }).focus()
    await page.keyboard.press('Enter')

    const rows = chart(page, 'Connections').getByRole('row')
    await rows.nth(2).waitFor()
    expect(await rows.first().textContent()).toMatch(/Time\s*open\s*accepted a second\s*refused a second/)
    await page.close()
  })

  it('stands still when it is paused, and catches up afterwards [WEB-03]', async () => {
    const page = await room.signIn(browser, 'pia')
    await open(page, 'now')
    await tile(page, 'Connections').getByText('1', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/^Paused/).waitFor()

    const other = await room.signIn(browser, 'ned')
    await page.getByText(/was heard [2-9] s ago/).waitFor()
    expect(await tile(page, 'Connections').getByText('2', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Go on' }).click()

    await tile(page, 'Connections').getByText('2', { exact: true }).waitFor()
    await other.close()
    await page.close()
  })

  it('says that the model failed, what helps, and that it is well again [WEB-03] [OPS-02]', async () => {
    const page = await room.signIn(browser, 'hal')
    const other = await room.signIn(browser, 'ned')
    await open(page, 'health')
    const state = check(page, 'Model').locator('h2 + span')
    await say(other, 'hello')
    await state.getByText('Healthy').waitFor()

    await say(other, 'overload again')
    await state.getByText('Degraded').waitFor()
    await check(page, 'Model')
      .getByText(/MODEL_OVERLOADED/)
      .first()
      .waitFor()
    await check(page, 'Model').getByText('docs/operations.md').waitFor()
    await say(other, 'hello again')

    await state.getByText('Healthy').waitFor()
    await check(page, 'Model')
      .getByText(/\d+ changes/)
      .click()
    await check(page, 'Model').getByRole('listitem').getByText('Degraded').first().waitFor()
    await other.close()
    await page.close()
  })

  it('finds a limit by a word of it, and shows what is used [WEB-03]', async () => {
    const page = await room.signIn(browser, 'lea')
    await open(page, 'limits')
    await page.getByRole('heading', { name: 'maxRunMs' }).waitFor()

    await page.getByLabel('Find a limit').fill('sockets TOO_MANY_CONNECTIONS')

    await page.getByText(/1 of \d+ shown/).waitFor()
    await page
      .getByRole('listitem')
      .filter({ hasText: 'maxConnectionsPerUser' })
      .getByText('1 used, the most')
      .waitFor()
    await page.close()
  })

  it('gives axe nothing to find, in light and in dark, and is no wider than a phone [WEB-04]', {
    timeout: 120_000,
  }, async () => {
    const page = await room.signIn(browser, 'axel', { width: 360, height: 800 })
    await open(page, 'now')
    await chart(page, 'Memory').waitFor()
    const found = [await violations(page)]
    const widths = [await widthOf(page)]
    await page.emulateMedia({ colorScheme: 'dark' })
    found.push(await violations(page))
    await open(page, 'health')
    await check(page, 'Store').waitFor()
    found.push(await violations(page))
    widths.push(await widthOf(page))
    await open(page, 'limits')
    await page.getByRole('heading', { name: 'maxRunMs' }).waitFor()
    found.push(await violations(page))
    widths.push(await widthOf(page))

    expect(found).toEqual([[], [], [], []])
    expect(widths).toEqual([360, 360, 360])
    await page.close()
  })

  it('says when the server does not answer, and when it does again [WEB-03]', { timeout: 60_000 }, async () => {
    const page = await room.signIn(browser, 'zoe')
    await open(page, 'now')
    await tile(page, 'Connections').waitFor()

    const start = await room.stop()
    await page.getByText(/does not answer\. Last heard \d+ s ago/).waitFor()
    await start()

    await page.getByText('The server answers again.').waitFor()
    await page.close()
  })
})

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await (await axeOf(page)).analyze()
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

function widthOf(page: Page): Promise<number> {
  return page.evaluate(() =>
    Math.max(document.documentElement.scrollWidth, document.querySelector('main')?.scrollWidth ?? 0),
  )
}
