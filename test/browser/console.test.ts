import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('the console', { timeout: 60_000 }, () => {
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

  const answers = (page: Page) => page.locator('[data-role="assistant"]')
  const versions = (page: Page) => page.getByRole('group', { name: 'Versions' })

  it('signs in, opens a chat, streams an answer and shows a tool card with input, outcome and time [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ann')

    await say(page, 'please calculate something')
    await answers(page).filter({ hasText: 'That is done.' }).waitFor()
    const card = page.locator('[data-tool="calculate"]')
    await card.locator('summary').click()

    expect(await card.getAttribute('data-outcome')).toBe('ok')
    expect(await card.locator('summary').textContent()).toMatch(/calculate.*done.*\d (ms|s)/s)
    expect(await card.getByRole('group', { name: 'Input' }).textContent()).toContain('6 * 7')
    expect(await card.getByRole('group', { name: 'Output' }).textContent()).toContain('42')
    await page.context().close()
  })

  it('shows in its gauge what was used, and what is left of a budget, as it is when it is opened [CALL-07] [WEB-01]', async () => {
    const page = await room.signIn(browser, 'gus')
    const linesOf = async (): Promise<string[]> => {
      await page.getByRole('button', { name: /account and settings/ }).click()
      await page.getByRole('menuitem', { name: 'Usage' }).click()
      await page.getByRole('list', { name: 'Usage' }).waitFor()
      const lines = await page.getByRole('list', { name: 'Usage' }).getByRole('listitem').allTextContents()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      return lines
    }

    const before = await linesOf()
    await say(page, 'please calculate something')
    await answers(page).filter({ hasText: 'That is done.' }).waitFor()
    const after = await linesOf()

    const told = (lines: readonly string[], part: string) => lines.find((line) => line.includes(part))
    expect(told(before, 'this day')).toContain('0 steps, 0 calls, 0 tokens')
    expect(told(after, 'this day')).toContain('2 steps, 1 call,')
    expect(told(after, 'of "calculate"')).toContain('1,000 calls of "calculate" per user and day: 999 calls left until')
    await page.context().close()
  })

  it('shows a failed call as failed, with its error [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ann')

    await say(page, 'please fail')
    const card = page.locator('[data-tool="always_fails"][data-outcome="failed"]')
    await card.locator('summary').click()

    expect(await card.getByRole('group', { name: 'Error' }).textContent()).toContain('the well is dry')
    await page.context().close()
  })

  it('carries out a tool of its own, and says which tools come from it [CONN-12]', async () => {
    const page = await room.signIn(browser, 'tim')

    await page.getByRole('button', { name: 'Tools' }).click()
    const own = page.locator('[data-tool-name="get_browser_settings"]')
    const other = page.locator('[data-tool-name="calculate"]')
    await own.waitFor()
    const told = [await own.textContent(), await other.textContent()]
    await say(page, 'what is my browser like?')
    const card = page.locator('[data-tool="get_browser_settings"][data-outcome="ok"]')
    await card.locator('summary').click()
    const output = await card.getByRole('group', { name: 'Output' }).textContent()

    expect(told.map((text) => text?.includes('from this page'))).toEqual([true, false])
    expect(output).toContain(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone))
    expect(output).toContain('1280')
    await page.context().close()
  })

  it('opens a long chat at its end, and shows what came before when it is asked for [WEB-01]', async () => {
    const threadId = await room.chat('lea', 60)
    const page = await room.signIn(browser, 'lea')
    const messages = page.locator('[data-role="user"]')
    const scroller = page.locator('main [aria-busy="false"]:has([role="log"])')

    await page.evaluate((id) => location.assign(`#/thread/${id}`), threadId)
    await messages.filter({ hasText: /number 60\.$/ }).waitFor()
    const atFirst = await messages.count()
    const atEnd = await scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight)
    await scroller.evaluate((element) => element.scrollTo({ top: 0 }))
    await messages.filter({ hasText: /number 1\.$/ }).waitFor({ state: 'attached' })
    const place = await scroller.evaluate((element) => element.scrollTop)

    expect(atFirst).toBeLessThan(60)
    expect(atEnd).toBeLessThan(80)
    expect(place).toBeGreaterThan(100)
    expect(await messages.count()).toBe(60)
    expect(await page.getByRole('button', { name: 'Earlier messages' }).count()).toBe(0)
    await page.context().close()
  })

  it('stops an answer, keeps what had come, and tries again [WEB-01]', async () => {
    const page = await room.signIn(browser, 'bea')

    await say(page, 'a slow one')
    await answers(page).filter({ hasText: 'The beginning of a long answer' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('[data-status="stopped"]').waitFor()
    const stopped = await page.locator('[data-status="stopped"]').textContent()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    room.release()
    await page.locator('[data-status="completed"]').waitFor()

    expect(stopped).toContain('The beginning of a long answer')
    expect(await answers(page).count()).toBe(1)
    expect(await versions(page).textContent()).toContain('2/2')
    await page.context().close()
  })

  it('edits a message in a branch of its own, goes back to the old one, and on with either, also after a reload [WEB-01]', async () => {
    const page = await room.signIn(browser, 'may')
    const messages = page.locator('[data-role="user"]')
    const done = (count: number) =>
      page
        .locator('[data-status="completed"]')
        .nth(count - 1)
        .waitFor()
    await say(page, 'hello one')
    await done(1)
    await say(page, 'hello two')
    await done(2)

    await messages.first().hover()
    await page.getByRole('button', { name: 'Edit', exact: true }).first().click()
    await page.getByLabel('Edited text').press('Escape')
    await messages.first().hover()
    await page.getByRole('button', { name: 'Edit', exact: true }).first().click()
    await page.getByLabel('Edited text').fill('hello again')
    await page.getByLabel('Edited text').press('Enter')
    await versions(page).getByText('2/2').waitFor()
    await done(1)
    const edited = await messages.allTextContents()
    await page.getByRole('button', { name: 'Older version' }).click()
    await versions(page).getByText('1/2').waitFor()
    const old = await messages.allTextContents()
    await page.reload()
    await versions(page).getByText('1/2').waitFor()
    await messages.nth(1).waitFor()
    const reloaded = await messages.allTextContents()
    await say(page, 'hello three')
    await messages.nth(2).waitFor()
    await done(3)
    const goneOn = await messages.allTextContents()
    await page.getByRole('button', { name: 'Newer version' }).click()
    await versions(page).getByText('2/2').waitFor()
    await page.getByText('This is an older version of the chat').waitFor()
    await page.getByRole('button', { name: 'Show the newest' }).click()
    await versions(page).getByText('1/2').waitFor()

    expect(edited).toEqual(['hello again'])
    expect(old).toEqual(['hello one', 'hello two'])
    expect(reloaded).toEqual(old)
    expect(goneOn).toEqual(['hello one', 'hello two', 'hello three'])
    await page.context().close()
  })

  it('edits and switches versions by keyboard alone, and never loses the place [WEB-01]', async () => {
    const page = await room.signIn(browser, 'kai')
    const focused = (name: string) => page.getByRole('button', { name, exact: true }).and(page.locator(':focus'))
    await say(page, 'hello one')
    await page.locator('[data-status="completed"]').waitFor()

    await page.getByRole('button', { name: 'Edit', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Edited text').press('Escape')
    await focused('Edit').waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel('Edited text').pressSequentially(' more')
    await page.keyboard.press('Enter')
    await versions(page).getByText('2/2').waitFor()
    await focused('Edit').waitFor()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await versions(page).getByText('1/2').waitFor()
    await focused('Older version').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await versions(page).getByText('2/2').waitFor()

    expect(await focused('Newer version').count()).toBe(1)
    await page.context().close()
  })

  it('keeps an edit that cannot be sent because an answer is being written, says why, and sends it then, also after a reload [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ole')
    await say(page, 'hello one')
    await page.locator('[data-status="completed"]').waitFor()
    const other = await page.context().newPage()
    await other.goto(page.url())
    await other.locator('[data-status="completed"]').waitFor()
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Edited text').fill('hello, a long thought')

    await say(other, 'a slow one')
    await answers(page).filter({ hasText: 'The beginning' }).waitFor()
    await page.getByText('An answer is being written').waitFor()
    const disabled = await page.getByRole('button', { name: 'Send the new version' }).isDisabled()
    const again = await page.getByRole('button', { name: 'Try again' }).count()
    await page.getByLabel('Edited text').press('Enter')
    await page.reload()
    const kept = await page.getByLabel('Edited text').inputValue()
    room.release()
    await answers(page).filter({ hasText: 'of a long answer' }).and(page.locator('[data-status="completed"]')).waitFor()
    await page.getByLabel('Edited text').press('Enter')
    await versions(page).getByText('2/2').waitFor()
    await page.getByRole('button', { name: 'Older version' }).click()
    await versions(page).getByText('1/2').waitFor()

    expect({ disabled, again, kept }).toEqual({ disabled: true, again: 0, kept: 'hello, a long thought' })
    expect(await page.getByLabel('Edited text').count()).toBe(0)
    await page.context().close()
  })

  it('goes on with what its person sees, also when the chat was edited elsewhere and they cannot know yet [WEB-02]', async () => {
    const page = await room.signIn(browser, 'mia')
    const messages = page.locator('[data-role="user"]')
    const behind = await page.context().newPage()
    let hold = false
    const held: (() => void)[] = []
    await behind.routeWebSocket(/./, (socket) => {
      socket.connectToServer().onMessage((message) => {
        if (hold) held.push(() => socket.send(message))
        else socket.send(message)
      })
    })
    await say(page, 'hello one')
    await page.locator('[data-status="completed"]').waitFor()
    await behind.goto(page.url())
    await behind.locator('[data-status="completed"]').waitFor()

    hold = true
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Edited text').fill('hello edited')
    await page.getByLabel('Edited text').press('Enter')
    await versions(page).getByText('2/2').waitFor()
    await page.locator('[data-status="completed"]').waitFor()
    await say(behind, 'hello two')
    await messages.filter({ hasText: 'hello two' }).waitFor()
    hold = false
    for (const deliver of held) deliver()
    await behind.locator('[data-status="completed"]').nth(1).waitFor()

    expect(await messages.allTextContents()).toEqual(['hello one', 'hello two'])
    expect(await behind.locator('[data-role="user"]').allTextContents()).toEqual(['hello one', 'hello two'])
    await page.context().close()
  })

  it('says quietly that earlier messages were summarised, and shows the summary on request [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ned')
    for (const letter of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await say(page, `hello ${letter.repeat(8_000)}`)
      await page.locator('[data-status="completed"]').nth('abcdef'.indexOf(letter)).waitFor()
    }

    const note = page.locator('[data-compaction]').first()
    await note.getByText('Earlier messages were summarised').click()

    expect(await note.textContent()).toContain('They greeted each other.')
    expect(await note.textContent()).toMatch(/in place of \d+ entries \(about [\d,]+ tokens\), and \d entr/)
    expect(await page.locator('[data-role="user"]').count()).toBe(6)
    await page.context().close()
  })

  it('asks before it destroys: approved, the tool runs; denied, it does not [WEB-01]', async () => {
    const page = await room.signIn(browser, 'cem')

    await say(page, 'erase it')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.locator('[data-tool="erase_everything"][data-outcome="ok"]').waitFor()
    await answers(page).filter({ hasText: 'That is done.' }).waitFor()
    await say(page, 'erase it again')
    await page.getByLabel('Reason, told to the agent').fill('I still need it')
    await page.getByRole('button', { name: 'Deny' }).click()
    const refused = page.locator('[data-tool="erase_everything"][data-outcome="refused"]')
    await refused.locator('summary').click()

    expect(await refused.getByRole('group', { name: 'Error' }).textContent()).toContain('I still need it')
    await page.context().close()
  })

  it('goes on where it was when the page is reloaded in the middle of an answer [WEB-02]', async () => {
    const page = await room.signIn(browser, 'eve')

    await say(page, 'a slow one')
    await answers(page).filter({ hasText: 'The beginning of a long answer' }).waitFor()
    await page.reload()
    await answers(page).filter({ hasText: 'The beginning of a long answer' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    room.release()
    await page.locator('[data-status="completed"]').waitFor()

    expect(await answers(page).count()).toBe(1)
    expect(((await answers(page).textContent()) ?? '').match(/The beginning/g)).toHaveLength(1)
    await page.context().close()
  })

  it('shows that the line is down, and that it is back [WEB-02]', async () => {
    const page = await room.signIn(browser, 'fay')
    await say(page, 'hello')
    await page.locator('[data-status="completed"]').waitFor()

    const restart = await room.stop()
    await page.getByText(/Connection lost|Connecting again/).waitFor()
    await restart()
    await page.getByText(/Connection lost|Connecting again/).waitFor({ state: 'detached' })
    await say(page, 'hello again')

    await answers(page).nth(1).filter({ hasText: 'Hello, you.' }).waitFor()
    await page.context().close()
  })

  it('shows two tabs of one person the same, and another person nothing of it [WEB-01]', async () => {
    const first = await room.signIn(browser, 'gil')
    const other = await room.signIn(browser, 'hal')
    await say(first, 'hello from gil')
    await first.locator('[data-status="completed"]').waitFor()
    const second = await first.context().newPage()
    await second.goto(first.url())
    await other.goto(first.url())
    await other.reload()

    await say(first, 'please calculate something')
    await second.locator('[data-tool="calculate"][data-outcome="ok"]').waitFor()
    await other.getByText('This chat does not exist.').waitFor()

    expect(await other.getByRole('navigation', { name: 'Threads' }).textContent()).toContain('No chats yet')
    await first.context().close()
    await other.context().close()
  })

  it('shows nothing of one person to another who signs in to the same browser, and keeps what each had not sent [WEB-01]', async () => {
    const ann = await room.signIn(browser, 'ann')
    await say(ann, 'hello, a secret')
    await ann.locator('[data-status="completed"]').waitFor()
    await ann.getByLabel('Message').fill('not sent yet')
    const other = await ann.context().newPage()
    await other.goto(ann.url())
    await other.getByLabel('Message').waitFor()

    const restart = await room.stop()
    await ann.getByText(/Connection lost|Connecting again/).waitFor()
    await restart()
    await other.evaluate(signInAs, 'jon')
    await ann.getByRole('button', { name: /^jon.*account and settings/ }).waitFor()

    expect(await ann.getByRole('navigation', { name: 'Threads' }).textContent()).not.toContain('secret')
    expect(await ann.locator('[data-role="assistant"]').count()).toBe(0)
    await ann.getByRole('button', { name: /account and settings/ }).click()
    await ann.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
    await other.getByLabel('Your name').waitFor()
    await ann.getByLabel('Your name').fill('ann')
    await ann.getByRole('button', { name: 'Sign in' }).click()
    expect(await ann.getByLabel('Message').inputValue()).toBe('not sent yet')
    await ann.context().close()
  })

  it('shows all that is asked to be approved, before it is [WEB-01]', async () => {
    const page = await room.signIn(browser, 'kim')

    await say(page, 'erase it')
    const asked = page.getByRole('group', { name: 'Approval of erase_everything' })
    await asked.getByRole('button', { name: 'Deny' }).waitFor()

    const shown = asked.getByRole('definition').filter({ hasText: 'the blackboard' })
    expect(await shown.count()).toBe(1)
    await page.context().close()
  })

  it('makes one chat of a suggestion that is clicked twice [WEB-01]', async () => {
    const page = await room.signIn(browser, 'lou')

    await page.getByRole('button', { name: /Convert 26/ }).dblclick()
    await page.locator('[data-status="completed"]').waitFor()

    expect(await page.getByRole('navigation', { name: 'Threads' }).getByRole('listitem').count()).toBe(1)
    await page.context().close()
  })

  it('lets nothing run that a model wrote, and loads nothing from outside [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ida')

    await say(page, 'hello')
    await page.locator('[data-status="completed"]').waitFor()

    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await answers(page).locator('img, script, iframe').count()).toBe(0)
    expect(await answers(page).textContent()).toContain('<script>')
    await page.context().close()
  })
})

/** In the page, and so in what all tabs of its browser share. */
async function signInAs(name: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await fetch('/v1/sign-in', { method: 'POST', headers, body: JSON.stringify({ name }) })
}
