import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('the page, when something is not as it should be', { timeout: 60_000 }, () => {
  let browser: Browser
  let room: ConsoleServer

  beforeAll(async () => {
    browser = await launchChromium()
    room = await startConsole({ limits: { maxConnectionsPerUser: 2 } })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await room?.[Symbol.asyncDispose]()
  })

  const complaints = async (page: Page) => (await (await axeOf(page)).analyze()).violations.map(({ id }) => id)
  const message = (page: Page) => page.getByLabel('Message', { exact: true })

  it('says that the server does not answer, and goes on when it does [WEB-02]', async () => {
    const page = await room.signIn(browser, 'amy')
    await page.route('**/v1/me', (route) => route.abort())
    await page.reload()
    await page.getByRole('heading', { name: 'The server does not answer' }).waitFor()
    const found = await complaints(page)

    await page.unroute('**/v1/me')
    await page.getByRole('button', { name: 'Try again' }).click()
    await message(page).waitFor()

    expect(found).toEqual([])
    await page.context().close()
  })

  it('counts down to the next attempt when the line is lost, and tries at once when it is told to [WEB-02]', async () => {
    const page = await room.signIn(browser, 'bea')
    await say(page, 'hello')
    await page.locator('[data-status="completed"]').waitFor()

    const restart = await room.stop()
    await page.getByText(/Connection lost; .* Next attempt in \d+ s\./).waitFor()
    const found = await complaints(page)
    await restart()
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.getByText('Next attempt').waitFor({ state: 'detached' })
    await say(page, 'hello again')

    await page.locator('[data-status="completed"]').nth(1).waitFor()
    expect(found).toEqual([])
    await page.context().close()
  })

  it('says that the device is offline, and catches up when it is not [WEB-02]', async () => {
    const page = await room.signIn(browser, 'cem')

    await page.context().setOffline(true)
    await page.getByText('You are offline.').waitFor()
    await page.context().setOffline(false)

    await page.getByText('You are offline.').waitFor({ state: 'detached' })
    await say(page, 'hello')
    await page.locator('[data-status="completed"]').waitFor()
    await page.context().close()
  })

  it('says that there are too many connections, which a socket does not tell [WEB-02]', async () => {
    const first = await room.signIn(browser, 'dee')
    const second = await first.context().newPage()
    const third = await first.context().newPage()
    await second.goto(first.url())
    await message(second).waitFor()
    await second.locator('[data-thread-id]').or(second.getByText('No chats yet')).first().waitFor()

    await third.goto(first.url())
    await third.getByText('You have too many pages and programs open at this server').waitFor()
    await second.close()

    await third.getByText('Next attempt').waitFor({ state: 'detached' })
    await first.context().close()
  })

  it('shows the sign-in, and why, when its person signs out everywhere elsewhere, and keeps the draft [WEB-02]', async () => {
    const page = await room.signIn(browser, 'eve')
    const other = await room.signIn(browser, 'eve')
    await page.getByLabel('Message', { exact: true }).fill('not sent yet')

    await other.getByRole('button', { name: /account and settings/ }).click()
    await other.getByRole('menuitem', { name: 'Sign out everywhere…' }).click()
    await other.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByText('You were signed out').waitFor()
    const found = await complaints(page)
    const here = await other.getByText('You were signed out').count()
    await page.getByLabel('Your name').fill('eve')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await message(page).waitFor()

    expect(await message(page).inputValue()).toBe('not sent yet')
    expect({ found, here }).toEqual({ found: [], here: 0 })
    await page.context().close()
    await other.context().close()
  })

  it('offers to reload when a part of the page is gone since the server was updated, and keeps the draft [WEB-02]', async () => {
    const page = await room.signIn(browser, 'fay')
    await message(page).fill('not sent yet')
    await page.route('**/assets/palette-*.js', (route) => route.fulfill({ status: 404 }))

    await page.keyboard.press('Control+k')
    await page.getByRole('alert').filter({ hasText: 'This could not be loaded' }).waitFor()
    await page.unroute('**/assets/palette-*.js')
    await page.getByRole('button', { name: 'Reload' }).click()
    await message(page).waitFor()

    expect(await message(page).inputValue()).toBe('not sent yet')
    await page.context().close()
  })

  it('offers to reload when a room is gone since the server was updated [WEB-02]', async () => {
    const page = await room.signIn(browser, 'gus')
    await page.route('**/assets/room-*.js', (route) => route.fulfill({ status: 404 }))

    await page.getByRole('link', { name: 'Operations' }).click()
    await page.getByRole('heading', { name: 'This page is older than the server' }).waitFor()

    expect(await complaints(page)).toEqual([])
    await page.context().close()
  })

  it('keeps its room when a page of it is gone, and is one landmark still [WEB-02]', async () => {
    const page = await room.signIn(browser, 'jan')
    await page.route('**/assets/limits-page-*.js', (route) => route.fulfill({ status: 404 }))

    await page.goto(`${room.url()}#/operations/limits`)
    await page.getByRole('heading', { name: 'This page is older than the server' }).waitFor()

    expect(await page.getByRole('main').count()).toBe(1)
    expect(await complaints(page)).toEqual([])
    await page.getByRole('link', { name: 'Health' }).click()
    await page.getByRole('heading', { name: 'Health', level: 1 }).waitFor()
    await page.context().close()
  })

  it('begins at the start for whoever signs in after somebody else [WEB-01]', async () => {
    const page = await room.signIn(browser, 'kay')
    await say(page, 'hello')
    await page.locator('[data-status="completed"]').waitFor()
    const signInAs = async (name: string) => {
      await page.getByRole('button', { name: /account and settings/ }).click()
      await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
      await page.getByLabel('Your name').fill(name)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }

    await signInAs('kay')
    await page.locator('[data-status="completed"]').waitFor()
    await signInAs('leo')
    await page.getByRole('heading', { name: 'New chat', level: 1 }).waitFor()

    expect(new URL(page.url()).hash).toBe('#/')
    await page.context().close()
  })

  it('does not wait for ever for a server that never answers, nor for one that answers nonsense [WEB-02]', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.clock.install()
    await page.route('**/v1/me', () => {})
    await page.goto(room.url())
    await page.getByText('is loading').waitFor()
    await page.clock.runFor(20_000)
    await page.getByRole('heading', { name: 'The server does not answer' }).waitFor()
    await page.unroute('**/v1/me')
    await page.route('**/v1/sign-in', (route) => route.fulfill({ body: '<html>' }))

    await page.getByRole('button', { name: 'Try again' }).click()

    await page.getByLabel('Your name').waitFor()
    await page.context().close()
  })

  it('says so when there is nothing at an address, and leads back [WEB-02]', async () => {
    const page = await room.signIn(browser, 'hal')

    await page.goto(`${room.url()}#/no/such/thing`)
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
    const found = await complaints(page)
    await page.getByRole('link', { name: 'Go to your chats' }).click()

    await message(page).waitFor()
    expect(found).toEqual([])
    await page.context().close()
  })

  it('asks for no name where the server takes none, and says how to get in [WEB-01]', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.route('**/v1/sign-in', (route) => route.fulfill({ json: { byName: false } }))
    await page.goto(room.url())

    await page.getByRole('heading', { name: 'This server takes tokens' }).waitFor()

    expect(await page.getByRole('textbox').count()).toBe(0)
    expect(await complaints(page)).toEqual([])
    await page.context().close()
  })

  it('has chosen a theme for good, or goes with the system, and every colour of it can be read [WEB-04]', async () => {
    const page = await room.signIn(browser, 'ivy')
    const choose = async (theme: string) => {
      await page.getByRole('button', { name: /account and settings/ }).click()
      await page.getByRole('menuitemradio', { name: theme }).click()
      await page.keyboard.press('Escape')
    }

    await choose('Dark')
    await page.reload()
    await message(page).waitFor()
    const chosen = await page.locator('html.dark').count()
    await page.getByRole('button', { name: /account and settings/ }).click()
    await page.getByRole('menu').waitFor()
    const found = (await (await axeOf(page)).include('[role="menu"]').analyze()).violations.map(({ id }) => id)
    await page.keyboard.press('Escape')
    await choose('As the system')
    await page.emulateMedia({ colorScheme: 'light' })
    await page.locator('html:not(.dark)').waitFor()
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html.dark').waitFor()

    expect({ chosen, found }).toEqual({ chosen: 1, found: [] })
    await page.context().close()
  })
})
