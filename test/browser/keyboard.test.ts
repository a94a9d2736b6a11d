import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('the keyboard alone', { timeout: 60_000 }, () => {
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

  const focused = (page: Page) => page.locator(':focus')
  const completed = (page: Page) => page.locator('[data-status="completed"]')

  it('signs in, sends, stops by Esc from anywhere, and edits the last message by the arrow [WEB-04]', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(room.url())
    await page.getByLabel('Your name').and(page.locator(':focus')).waitFor()
    await page.keyboard.type('amy')
    await page.keyboard.press('Enter')
    await page.getByLabel('Message', { exact: true }).and(page.locator(':focus')).waitFor()

    await page.keyboard.type('a slow one')
    await page.keyboard.press('Enter')
    await page.getByText('The beginning').waitFor()
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('Escape')
    const inSearch = await page.locator('[data-status="stopped"]').count()
    await page.getByRole('link', { name: 'a slow one' }).focus()
    await page.keyboard.press('Escape')
    await page.locator('[data-status="stopped"]').waitFor()
    await page.keyboard.press('/')
    await page.getByLabel('Message', { exact: true }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('ArrowUp')
    await page.getByLabel('Edited text').and(page.locator(':focus')).waitFor()

    expect(inSearch).toBe(0)
    expect(await page.getByLabel('Edited text').inputValue()).toBe('a slow one')
    await page.context().close()
  })

  it('takes no key away from who writes: a slash and a question mark are written, an arrow moves [WEB-04]', async () => {
    const page = await room.signIn(browser, 'ben')
    await say(page, 'hello')
    await completed(page).waitFor()

    await page.getByLabel('Message', { exact: true }).pressSequentially('a/b?')
    await page.keyboard.press('ArrowUp')

    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('a/b?')
    expect(await page.getByLabel('Edited text').count()).toBe(0)
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.context().close()
  })

  it('fires no shortcut while a word is being composed [WEB-04]', async () => {
    const page = await room.signIn(browser, 'cho')
    await say(page, 'a slow one')
    await page.getByText('The beginning').waitFor()

    await page.getByLabel('Message', { exact: true }).evaluate((field) => {
      const composing = { key: 'Escape', isComposing: true, bubbles: true, cancelable: true }
      field.dispatchEvent(new KeyboardEvent('keydown', composing))
    })
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').waitFor()

    expect(await page.locator('[data-status="stopped"]').count()).toBe(0)
    room.release()
    await page.context().close()
  })

  it('closes what is open by Esc, and does not stop the answer behind it [WEB-04]', async () => {
    const page = await room.signIn(browser, 'dan')
    await say(page, 'a slow one')
    await page.getByText('The beginning').waitFor()

    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const stopped = await page.locator('[data-status="stopped"]').count()
    await page.getByRole('button', { name: /account and settings/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menu').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })

    expect(stopped).toBe(0)
    expect(await page.locator('[data-status="stopped"]').count()).toBe(0)
    room.release()
    await completed(page).waitFor()
    await page.context().close()
  })

  it('goes to a chat and does what is found in the palette, and gives the focus back [WEB-04]', async () => {
    await room.threads('eli', ['Weather in Oslo', 'Teapots'])
    const page = await room.signIn(browser, 'eli')
    const palette = page.getByRole('dialog', { name: 'Search chats and commands' })

    await page.keyboard.press('Control+k')
    await page.getByRole('option', { name: 'Teapots' }).waitFor()
    const complaints = await (await axeOf(page)).analyze()
    await page.keyboard.type('oslo')
    await page.getByRole('option', { name: 'Teapots' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Weather in Oslo', level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await palette.waitFor()
    await page.keyboard.type('dark theme')
    await page.getByRole('option', { name: 'Use the dark theme' }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('html.dark').waitFor()
    await page.keyboard.press('Control+Shift+O')
    await page.getByRole('heading', { name: 'New chat', level: 1 }).waitFor()

    expect(complaints.violations.map(({ id }) => id)).toEqual([])
    await page.context().close()
  })

  it('opens a menu by a key that was pressed before it was loaded, and gives the focus back [WEB-04]', async () => {
    const page = await room.signIn(browser, 'hal')
    const button = page.getByRole('button', { name: /account and settings/ })
    const loading = Promise.withResolvers<void>()
    await page.route('**/assets/menu-popup-*.js', async (route) => {
      await loading.promise
      await route.continue()
    })

    await button.focus()
    await page.keyboard.press('Enter')
    await page.locator('button[aria-haspopup="menu"][aria-busy="true"]').waitFor()
    loading.resolve()
    await page.getByRole('menu').waitFor()
    await page.locator('[role^="menuitem"]:focus').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    const focused = await page.evaluate(() => document.activeElement?.textContent)

    expect(focused).toContain('account and settings')
    await page.context().close()
  })

  it('shows its own shortcuts, and hides and shows the list of chats [WEB-04]', async () => {
    const page = await room.signIn(browser, 'fay')
    const list = page.getByRole('navigation', { name: 'Threads' })

    await page.getByRole('button', { name: 'Hide the list of chats' }).focus()
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await help.waitFor()
    const complaints = await (await axeOf(page)).analyze()
    const told = await help.locator('dt').allTextContents()
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    await page.keyboard.press('Control+Shift+S')
    await list.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('button', { name: 'Show the list of chats' }).waitFor()
    const hidden = await list.count()
    await page.keyboard.press('Control+Shift+S')
    await list.waitFor()

    expect(told).toContain('Stop the answer that is being written')
    expect(complaints.violations.map(({ id }) => id)).toEqual([])
    expect(hidden).toBe(0)
    await page.context().close()
  })

  it('renames by F2 and deletes by Delete, and the focus goes to the next row [WEB-04]', async () => {
    await room.threads('gil', ['Last', 'Middle', 'First'])
    const page = await room.signIn(browser, 'gil')

    await page.getByRole('link', { name: 'Middle' }).focus()
    await page.keyboard.press('F2')
    await page.getByRole('textbox', { name: 'New title' }).waitFor()
    await page.keyboard.type('In between')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'In between' }).and(focused(page)).waitFor()
    await page.keyboard.press('Delete')
    await page.getByRole('link', { name: 'In between' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'First' }).and(focused(page)).waitFor()
    await page.getByText('Deleted “In between”').waitFor()
    await page.keyboard.press('F6')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Undo' }).and(focused(page)).waitFor()
    await page.keyboard.press('Enter')

    await page.getByRole('link', { name: 'In between' }).waitFor()
    await page.context().close()
  })
})

describe.runIf(mayRun(noBrowser))('a phone of 360 pixels', { timeout: 60_000 }, () => {
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

  const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

  it('has room for a chat, opens the list as a drawer that keeps the focus, and leaves it by Esc [WEB-04]', async () => {
    await room.threads('hal', ['Weather in Oslo', 'x'.repeat(180)])
    const page = await room.signIn(browser, 'hal', { width: 360, height: 640 })
    const drawer = page.getByRole('dialog', { name: 'Chats' })
    await say(page, 'hello')
    await page.locator('[data-status="completed"]').waitFor()
    const inChat = await sideways(page)

    await page.getByRole('button', { name: 'Show the chats' }).click()
    await drawer.getByRole('link', { name: 'Weather in Oslo' }).waitFor()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    const within = await drawer.locator(':focus').count()
    const complaints = await (await axeOf(page)).analyze()
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Show the chats' }).click()
    await drawer.getByRole('link', { name: 'Weather in Oslo' }).click()
    await page.getByRole('heading', { name: 'Weather in Oslo', level: 1 }).waitFor()

    expect({ inChat, within }).toEqual({ inChat: 0, within: 1 })
    expect(complaints.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    await drawer.waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('has room for the operations, whose pages are reached by their tabs [WEB-04]', async () => {
    const page = await room.signIn(browser, 'ida', { width: 360, height: 640 })

    await page.getByRole('button', { name: 'Show the chats' }).click()
    await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Operations' }).click()
    await page.getByRole('navigation', { name: 'Operations' }).getByRole('link', { name: 'Health' }).click()
    await page.getByRole('heading', { level: 1 }).waitFor()

    expect(await sideways(page)).toBe(0)
    await page.context().close()
  })
})
