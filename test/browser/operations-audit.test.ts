import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('the audit in the operations room', { timeout: 60_000 }, () => {
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

  /** Goes there by the address: what is looked at is in it. */
  const goTo = async (page: Page, address: string) => {
    await page.evaluate((hash) => {
      location.hash = hash
    }, `#/operations/audit${address}`)
    await page.getByRole('heading', { name: 'Audit', exact: true }).waitFor()
  }
  const rows = (page: Page) =>
    page.locator('main ol > li').filter({ has: page.getByRole('button', { name: /details/ }) })
  const done = (page: Page, tool: string) => page.locator(`[data-tool="${tool}"][data-outcome="ok"]`)

  it('has one row for a call from its question to its end, with what was decided, and its hashes on request [OPS-04, WEB-03]', async () => {
    const page = await room.signIn(browser, 'ada')
    await say(page, 'erase it')
    await page.getByRole('button', { name: 'Approve' }).click()
    await done(page, 'erase_everything').waitFor()

    await goTo(page, '?show=calls&user=ada')
    const row = rows(page)
    await row.getByText('erase_everything').waitFor()
    const told = await row.allTextContents()
    await row.getByRole('button', { name: /^Show the details/ }).click()
    await row.getByText('Approval asked for').waitFor()
    const steps = await row.locator('ol > li > p > bdi').allTextContents()
    const details = (await row.textContent()) ?? ''

    expect(told).toHaveLength(1)
    expect(told[0]).toContain('ada')
    expect(told[0]).toContain('Approved by ada')
    expect(told[0]).toContain('Done')
    expect(steps).toEqual(['Approval asked for', 'Decided by ada', 'Started', 'Ended'])
    expect(details).toMatch(/hmac-sha256:[0-9a-f]{64}/)
    expect(details).not.toContain('the blackboard')
    await page.context().close()
  })

  it('tells what is new, and shows it when asked to; what is chosen is in the address [OPS-04, WEB-03]', async () => {
    const [page, other] = [await room.signIn(browser, 'bea'), await room.signIn(browser, 'cleo')]
    await goTo(page, '?user=cleo')
    await rows(page).first().waitFor()
    const before = await rows(page).count()
    await say(other, 'please fail')
    await other.locator('[data-tool="always_fails"][data-outcome="failed"]').waitFor()
    await page.getByRole('button', { name: '4 new' }).click()
    await rows(page).getByText('always_fails').waitFor()

    await page.getByRole('combobox', { name: 'Outcome' }).click()
    await page.getByRole('option', { name: 'Failed' }).click()
    await page.waitForURL(/outcome=failed/)
    await page.reload()
    await rows(page).getByText('Failed').waitFor()
    const failed = await rows(page).count()
    await page.getByRole('button', { name: /^User.*cleo.*show others too$/ }).click()
    await page.waitForURL((url) => !url.href.includes('user=cleo'))
    await goTo(page, '?user=nobody-of-this-name')
    await page.getByText('Nothing of this is on record').waitFor()
    await page.getByRole('button', { name: 'Show everything' }).click()
    await rows(page).first().waitFor()

    expect([before, failed]).toEqual([1, 1])
    await Promise.all([page.context().close(), other.context().close()])
  })

  it('goes on with older entries, and away as a file of what is shown [OPS-04, WEB-03]', async () => {
    await room.chat('dora', 60)
    const page = await room.signIn(browser, 'dora')
    await goTo(page, '?show=runs&user=dora')
    await rows(page).first().waitFor()
    const first = await rows(page).count()
    await page.getByRole('button', { name: 'Load more' }).click()
    await page.getByRole('button', { name: 'Load more' }).waitFor({ state: 'detached' })
    const all = await rows(page).count()

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export' }).click(),
    ])
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n')

    expect([first, all]).toEqual([50, 60])
    expect(download.suggestedFilename()).toBe('audit.jsonl')
    expect(lines.map((line) => JSON.parse(line).user)).toEqual(Array.from({ length: 120 }, () => 'dora'))
    await page.context().close()
  })

  it('is used by keys alone, and axe has nothing against it, wide and narrow, in light and dark [WEB-04]', async () => {
    const page = await room.signIn(browser, 'emil')
    await say(page, 'please calculate something')
    await done(page, 'calculate').waitFor()
    await goTo(page, '?user=emil')
    await rows(page).getByText('calculate').waitFor()
    const complaints = async () =>
      (await (await axeOf(page)).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])

    const details = page.getByRole('button', { name: /^Show the details/ }).first()
    await details.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^Hide the details/ }).waitFor()
    const inLight = await complaints()
    await page.evaluate(() => document.documentElement.classList.add('dark'))
    await page.setViewportSize({ width: 360, height: 740 })
    const inDark = await complaints()
    const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)

    expect([inLight, inDark, isWider]).toEqual([[], [], false])
    await page.context().close()
  })
})
