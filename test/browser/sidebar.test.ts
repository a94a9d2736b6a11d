import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('the list of chats', { timeout: 60_000 }, () => {
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

  const threads = (page: Page) => page.getByRole('navigation', { name: 'Threads' })
  const row = (page: Page, name: string) => threads(page).getByRole('link', { name, exact: true })
  const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1, exact: true })

  it('renames a chat in its place, by its menu, and shows it at once in another tab [WEB-01]', async () => {
    await room.threads('una', ['Kettles'])
    const page = await room.signIn(browser, 'una')
    const other = await page.context().newPage()
    await other.goto(page.url())
    await row(other, 'Kettles').waitFor()

    await row(page, 'Kettles').hover()
    await page.getByRole('button', { name: 'More for Kettles' }).click()
    await page.getByRole('menuitem', { name: /Rename/ }).click()
    await page.getByRole('textbox', { name: 'New title' }).fill('All about kettles')
    await page.getByRole('textbox', { name: 'New title' }).press('Enter')

    await row(other, 'All about kettles').waitFor()
    await row(page, 'All about kettles').and(page.locator(':focus')).waitFor()
    expect(await row(other, 'Kettles').count()).toBe(0)
    await page.context().close()
  })

  it('takes a deleted chat away at once, leaves it when it is open, and brings both back by “Undo” [WEB-01]', async () => {
    await room.threads('vic', ['Kettles', 'Teapots'])
    const page = await room.signIn(browser, 'vic')
    await row(page, 'Kettles').click()
    await heading(page, 'Kettles').waitFor()

    await row(page, 'Kettles').click({ button: 'right' })
    await page.getByRole('menuitem', { name: /Delete/ }).click()
    await row(page, 'Kettles').waitFor({ state: 'detached' })
    await heading(page, 'New chat').waitFor()
    const still = await room.titles('vic')
    await page.getByRole('button', { name: 'Undo' }).click()

    await row(page, 'Kettles').waitFor()
    await heading(page, 'Kettles').waitFor()
    await page.getByText('Deleted “Kettles”').waitFor({ state: 'detached' })
    await page.reload()
    await row(page, 'Kettles').waitFor()
    expect(still).toEqual(['Kettles', 'Teapots'])
    await page.context().close()
  })

  it('deletes for good when its note goes, also in another tab [WEB-01]', async () => {
    await room.threads('wim', ['Kettles', 'Teapots'])
    const page = await room.signIn(browser, 'wim')
    const other = await page.context().newPage()
    await other.goto(page.url())
    await row(other, 'Kettles').waitFor()

    await row(page, 'Kettles').focus()
    await page.keyboard.press('Delete')
    await page.getByText('Deleted “Kettles”').waitFor()
    await page.getByRole('button', { name: 'Close this note' }).click()

    await row(other, 'Kettles').waitFor({ state: 'detached' })
    expect(await room.titles('wim')).toEqual(['Teapots'])
    expect(await row(page, 'Kettles').count()).toBe(0)
    await page.context().close()
  })

  it('deletes what was not taken back when the page is left [WEB-01]', async () => {
    await room.threads('xia', ['Kettles', 'Teapots'])
    const page = await room.signIn(browser, 'xia')

    await row(page, 'Kettles').focus()
    await page.keyboard.press('Delete')
    await page.getByText('Deleted “Kettles”').waitFor()
    await page.reload()
    await row(page, 'Teapots').waitFor()

    await row(page, 'Kettles').waitFor({ state: 'detached' })
    expect(await room.titles('xia')).toEqual(['Teapots'])
    await page.context().close()
  })

  it('deletes what was not taken back when its person signs out, and no palette finds it meanwhile [WEB-01]', async () => {
    await room.threads('ulf', ['Kettles', 'Teapots'])
    const page = await room.signIn(browser, 'ulf')

    await row(page, 'Kettles').focus()
    await page.keyboard.press('Delete')
    await page.getByText('Deleted “Kettles”').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('option', { name: 'Teapots' }).waitFor()
    const found = await page.getByRole('option', { name: 'Kettles' }).count()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /account and settings/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
    await page.getByLabel('Your name').waitFor()

    expect(found).toBe(0)
    expect(await room.titles('ulf')).toEqual(['Teapots'])
    await page.context().close()
  })

  it('deletes one chat by a key that is held, and keeps the focus when the last one goes [WEB-01]', async () => {
    await room.threads('ada', ['Kettles', 'Teapots'])
    const page = await room.signIn(browser, 'ada')
    const focused = (of: Locator) => of.and(page.locator(':focus')).waitFor()

    await row(page, 'Teapots').focus()
    await page.keyboard.down('Delete')
    await focused(row(page, 'Kettles'))
    await page.keyboard.down('Delete')
    await page.keyboard.up('Delete')
    const left = await row(page, 'Kettles').count()
    await page.keyboard.press('Delete')
    await row(page, 'Kettles').waitFor({ state: 'detached' })
    await focused(threads(page))

    expect(left).toBe(1)
    await page.context().close()
  })

  it('deletes nothing where the way back cannot be shown [WEB-01]', async () => {
    await room.threads('oda', ['Kettles', 'Teapots'])
    const page = await room.signIn(browser, 'oda')
    await page.route('**/assets/toast-region-*.js', (route) => route.fulfill({ status: 404 }))

    await row(page, 'Kettles').focus()
    await page.keyboard.press('Delete')
    await page.getByRole('alert').filter({ hasText: 'This could not be loaded' }).waitFor()
    await row(page, 'Kettles').waitFor()
    await page.reload()
    await row(page, 'Kettles').waitFor()

    expect(await room.titles('oda')).toEqual(['Kettles', 'Teapots'])
    await page.context().close()
  })

  it('has a name for a chat that has no title yet [WEB-01]', async () => {
    await room.threads('nat', [''])
    const page = await room.signIn(browser, 'nat')

    await row(page, 'New chat').click()

    await page.getByRole('button', { name: 'More for New chat' }).waitFor()
    await page.context().close()
  })

  it('brings the row back, and says so, when a chat cannot be deleted [WEB-01]', async () => {
    await room.threads('yve', ['Kettles'])
    const page = await room.signIn(browser, 'yve')
    await page.routeWebSocket(/./, (socket) => {
      const server = socket.connectToServer()
      socket.onMessage((message) => {
        const { id, type } = JSON.parse(message.toString())
        const error = { code: 'UNAVAILABLE', message: 'The disk is full', retry: 'later' }
        if (type === 'thread.delete') socket.send(JSON.stringify({ type: 'error', id, error }))
        else server.send(message)
      })
    })
    await page.reload()

    await row(page, 'Kettles').focus()
    await page.keyboard.press('Delete')
    await page.getByText('Deleted “Kettles”').waitFor()
    await page.getByRole('button', { name: 'Close this note' }).click()

    await page.getByRole('alert').filter({ hasText: '“Kettles” was not deleted' }).waitFor()
    await page.getByRole('alert').filter({ hasText: 'The disk is full' }).waitFor()
    await row(page, 'Kettles').waitFor()
    expect(await room.titles('yve')).toEqual(['Kettles'])
    await page.context().close()
  })

  it('finds chats by title and by what was said in them, marks it, and says when there are none [WEB-01]', async () => {
    const page = await room.signIn(browser, 'zoe')
    await say(page, 'hello about teapots')
    await page.locator('[data-status="completed"]').waitFor()
    await page.getByRole('button', { name: /^New chat/ }).click()
    await say(page, 'hello about kettles')
    await page.locator('[data-status="completed"]').waitFor()

    await page.getByRole('searchbox').fill('KETTLE')
    await row(page, 'hello about teapots').waitFor({ state: 'detached' })
    const marked = await threads(page).locator('mark').allTextContents()
    await page.getByRole('searchbox').fill('onerror')
    await row(page, 'hello about teapots').waitFor()
    const inText = await threads(page).getByRole('listitem').count()
    await page.getByRole('searchbox').fill('no such thing')
    await page.getByText('Nothing found for “no such thing”').waitFor()
    await page.getByRole('button', { name: 'Show all chats' }).click()
    await row(page, 'hello about teapots').waitFor()

    expect(marked).toEqual(['kettle'])
    expect(inText).toBe(2)
    await page.context().close()
  })

  it('shows five hundred chats, a page at a time, and keeps those that are scrolled to when something changes [WEB-01]', async () => {
    await room.threads(
      'abe',
      Array.from({ length: 500 }, (_, index) => `Chat number ${index}`),
    )
    const page = await room.signIn(browser, 'abe')
    await row(page, 'Chat number 499').waitFor()

    const atFirst = await threads(page).getByRole('listitem').count()
    await scrollTo(threads(page), 'Chat number 0')
    const atEnd = await threads(page).getByRole('listitem').count()
    await room.threads('abe', ['A new one'])
    await row(page, 'A new one').waitFor({ state: 'attached' })

    expect(atFirst).toBeLessThan(200)
    expect(atEnd).toBe(500)
    expect(await row(page, 'Chat number 0').count()).toBe(1)
    await page.context().close()
  })

  it('marks a chat in which an answer is being written, and one that waits for its person [WEB-01]', async () => {
    const page = await room.signIn(browser, 'bob')
    await say(page, 'a slow one')
    await threads(page).getByRole('img', { name: 'at work' }).waitFor()
    await page.getByRole('button', { name: /^New chat/ }).click()
    await say(page, 'erase it')

    await threads(page).getByRole('img', { name: 'waits for you' }).waitFor()
    expect(await threads(page).getByRole('img', { name: 'at work' }).count()).toBe(1)
    room.release()
    await threads(page).getByRole('img', { name: 'at work' }).waitFor({ state: 'detached' })
    await page.context().close()
  })
})

/** As a person does: down, until it is there. */
async function scrollTo(list: ReturnType<Page['getByRole']>, title: string): Promise<void> {
  await list.evaluate(async (element, wanted) => {
    const isThere = () => [...element.querySelectorAll('a')].some((link) => link.textContent === wanted)
    while (!isThere()) {
      const grown = new Promise<void>((resolve) => {
        new MutationObserver((_, observer) => {
          observer.disconnect()
          resolve()
        }).observe(element, { childList: true, subtree: true })
      })
      element.scrollTo({ top: element.scrollHeight })
      await grown
    }
  }, title)
}
