import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('approvals of others in the console', { timeout: 60_000 }, () => {
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

  const waiting = (page: Page) => page.getByRole('region', { name: 'Waiting for you' })
  const money = (page: Page, outcome: string) => page.locator(`[data-tool="send_money"][data-outcome="${outcome}"]`)

  it('wait in the sidebar of whom the policy names, are edited and approved there, and are gone then [RUN-08, WEB-01]', async () => {
    const [tom, vera] = [await room.signIn(browser, 'tom'), await room.signIn(browser, 'vera')]

    await say(tom, 'send the money')
    const card = await money(tom, 'waiting').textContent()
    await waiting(vera).locator('summary').click()
    const question = waiting(vera).getByRole('group', { name: 'Approval of send_money' })
    const asked = await question.textContent()
    await question.getByRole('button', { name: 'Edit the arguments' }).click()
    await question.getByLabel('Arguments, as JSON').fill('{ "to": "Bob", "amount": "much" }')
    await question.getByRole('button', { name: 'Approve' }).click()
    const complaint = await question.getByRole('alert').textContent()
    await question.getByLabel('Arguments, as JSON').fill('{ "to": "Bob", "amount": 5 }')
    await question.getByRole('button', { name: 'Approve' }).click()
    await money(tom, 'ok').locator('summary').click()
    await waiting(vera).waitFor({ state: 'detached' })

    expect(card).toContain('waits for user "vera"')
    expect(await tom.getByRole('button', { name: 'Approve' }).count()).toBe(0)
    expect(asked).toContain('for tom')
    expect(complaint).toContain('/amount')
    expect(await money(tom, 'ok').getByRole('region', { name: 'Output' }).textContent()).toContain('5 to Bob')
    await Promise.all([tom.context().close(), vera.context().close()])
  })

  it('are denied with a reason that the one who asked reads; nobody else is shown anything [RUN-06, RUN-08, WEB-01]', async () => {
    const [uma, vera, wes] = [
      await room.signIn(browser, 'uma'),
      await room.signIn(browser, 'vera'),
      await room.signIn(browser, 'wes'),
    ]

    await say(uma, 'send the money')
    await waiting(vera).locator('summary').click()
    const shownToOthers = await waiting(wes).count()
    await waiting(vera).getByLabel('Reason, told to the agent').fill('the month is over')
    await waiting(vera).getByRole('button', { name: 'Deny' }).click()
    await money(uma, 'refused').locator('summary').click()

    const error = await money(uma, 'refused').getByRole('region', { name: 'Error' }).textContent()
    expect(error).toContain('the month is over')
    expect(shownToOthers).toBe(0)
    await Promise.all([uma.context().close(), vera.context().close(), wes.context().close()])
  })
})
