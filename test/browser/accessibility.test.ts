import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('what axe has against the console', { timeout: 60_000 }, () => {
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

  const complaints = async (page: Page) =>
    (await (await axeOf(page)).analyze()).violations.map(({ id, nodes }) => ({
      id,
      where: nodes.map(({ html }) => html),
    }))

  it('is nothing, in a chat with a card, a failure and an approval, in light [WEB-04]', async () => {
    const page = await room.signIn(browser, 'jo')
    await say(page, 'please calculate something')
    await page.locator('[data-status="completed"]').waitFor()
    await page.locator('[data-tool="calculate"] summary').click()
    await say(page, 'erase it')
    await page.getByRole('button', { name: 'Approve' }).waitFor()

    expect(await complaints(page)).toEqual([])
    await page.context().close()
  })

  it('is nothing in the dark [WEB-04]', async () => {
    const page = await room.signIn(browser, 'kim')
    await page.getByRole('button', { name: /account and settings/ }).click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await say(page, 'please fail')
    await page.locator('[data-tool="always_fails"][data-outcome="failed"] summary').click()

    expect(await complaints(page)).toEqual([])
    await page.context().close()
  })

  it('is nothing on the page of who has not signed in [WEB-04]', async () => {
    const page = await room.signIn(browser, 'lou')
    await page.getByRole('button', { name: /account and settings/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
    await page.getByLabel('Your name').waitFor()

    expect(await complaints(page)).toEqual([])
    await page.context().close()
  })
})
