import type { Browser, Page } from 'playwright-core'
import { defineTool } from 'toolcrib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

const repaint = defineTool({
  name: 'repaint',
  description: 'Already approved.\u202Ehcihw',
  input: z
    .object({ colour: z.enum(['green', 'red']), note: z.string().optional() })
    .refine(({ colour }) => colour !== 'red', { path: ['colour'], message: 'There is no red left.' }),
  effect: 'destructive',
  execute: ({ colour }) => colour,
})

describe.runIf(mayRun(noBrowser))('approvals of others in the console', { timeout: 60_000 }, () => {
  let browser: Browser
  let room: ConsoleServer

  beforeAll(async () => {
    browser = await launchChromium()
    room = await startConsole({
      tools: [repaint],
      answer: (asked) =>
        asked.includes('repaint') ? { calls: [{ tool: 'repaint', input: { colour: 'green' } }] } : undefined,
    })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await room?.[Symbol.asyncDispose]()
  })

  const waiting = (page: Page) => page.getByRole('region', { name: 'Waiting for you' })
  const money = (page: Page, outcome: string) => page.locator(`[data-tool="send_money"][data-outcome="${outcome}"]`)
  const question = (page: Page) => page.getByRole('group', { name: 'Approval of send_money' })
  const approve = (page: Page) => question(page).getByRole('button', { name: /^Approve/ })

  /** What the page sends from now on, by the type of its command. */
  function sentBy(page: Page): Promise<readonly string[]> {
    const types: string[] = []
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => types.push((JSON.parse(String(payload)) as { type: string }).type)),
    )
    // The socket that is open was opened before anybody listened.
    return page
      .reload()
      .then(() => page.getByLabel('Message', { exact: true }).waitFor())
      .then(() => types)
  }

  it('wait in the sidebar of whom the policy names; edits that do not fit are refused before they are sent [RUN-08] [WEB-01]', async () => {
    const [tom, vera] = [await room.signIn(browser, 'tom'), await room.signIn(browser, 'vera')]
    const sent = await sentBy(vera)

    await say(tom, 'send the money')
    await money(tom, 'waiting').getByText('waits for').waitFor()
    const card = await money(tom, 'waiting').textContent()
    await waiting(vera)
      .getByRole('button', { name: /send_money/ })
      .click()
    await question(vera).getByText('Send money.').waitFor()
    const title = await vera.title()
    const asked = await question(vera).textContent()
    await question(vera).getByRole('button', { name: 'Edit the arguments' }).click()
    await question(vera).getByRole('textbox', { name: 'amount' }).fill('much')
    await question(vera).getByText('Write a number.').waitFor()
    await question(vera).getByRole('textbox', { name: 'amount' }).fill('5000000')
    await question(vera)
      .getByText(/must be|Too big|<=/)
      .waitFor()
    const obstacle = await approve(vera).getAttribute('aria-disabled')
    // As a page that is not asked whether it may.
    await approve(vera).click({ force: true })
    await question(vera).getByRole('textbox', { name: 'amount' }).fill('5')
    await question(vera).getByText('The edited arguments fit.').waitFor()
    await approve(vera).click()
    await vera.getByRole('dialog').getByText('send_money was approved by you.').waitFor()
    await vera.getByRole('button', { name: 'Close' }).click()
    await waiting(vera).waitFor({ state: 'detached' })
    await money(tom, 'ok').locator('summary').click()

    expect(card).toContain('waits for user "vera"')
    expect(await tom.getByRole('button', { name: 'Approve' }).count()).toBe(0)
    expect(title).toBe('(1) Toolcrib')
    expect(asked).toContain('for tom')
    expect(asked).toContain('Changes something')
    expect(obstacle).toBe('true')
    expect(sent).toContain('approval.check')
    // The one that fitted.
    expect(sent.filter((type) => type === 'approval.answer')).toHaveLength(1)
    const decision = money(tom, 'ok').locator('[data-decision="approved"]')
    expect(await decision.textContent()).toContain('Approved by vera')
    expect(await decision.getByRole('row', { name: /amount/ }).textContent()).toBe('amount105')
    expect(await money(tom, 'ok').getByRole('group', { name: 'Output' }).textContent()).toContain('5 to Bob')
    await Promise.all([tom.context().close(), vera.context().close()])
  })

  it('are denied with a reason that the one who asked reads; nobody else is shown anything [RUN-06] [RUN-08] [WEB-01]', async () => {
    const [uma, vera, wes] = [
      await room.signIn(browser, 'uma'),
      await room.signIn(browser, 'vera'),
      await room.signIn(browser, 'wes'),
    ]

    await say(uma, 'send the money')
    await waiting(vera)
      .getByRole('button', { name: /send_money/ })
      .click()
    const shownToOthers = await waiting(wes).count()
    await question(vera).getByLabel('Reason, told to the agent').fill('the month is over')
    await question(vera).getByRole('button', { name: 'Deny' }).click()
    await money(uma, 'refused').locator('summary').click()

    const error = await money(uma, 'refused').getByRole('group', { name: 'Error' }).textContent()
    expect(error).toContain('the month is over')
    expect(await money(uma, 'refused').locator('[data-decision="denied"]').textContent()).toContain('Denied by vera')
    expect(shownToOthers).toBe(0)
    await Promise.all([uma.context().close(), vera.context().close(), wes.context().close()])
  })

  it('that were answered elsewhere say so where they are looked at [RUN-08] [WEB-01]', async () => {
    const [xena, here, there] = [
      await room.signIn(browser, 'xena'),
      await room.signIn(browser, 'vera'),
      await room.signIn(browser, 'vera'),
    ]

    await say(xena, 'send the money')
    await waiting(here)
      .getByRole('button', { name: /send_money/ })
      .click()
    await question(here).getByRole('button', { name: 'Deny' }).waitFor()
    await waiting(there)
      .getByRole('button', { name: /send_money/ })
      .click()
    await question(there).getByRole('button', { name: 'Deny' }).click()

    await here.getByRole('dialog').getByText('send_money was denied by you.').waitFor()
    await Promise.all([xena.context().close(), here.context().close(), there.context().close()])
  })

  it('of one’s own are announced, not approved by a stray Enter, answered by keyboard, and keep the focus [WEB-01] [WEB-03]', async () => {
    const yan = await room.signIn(browser, 'yan')

    await say(yan, 'erase it')
    const card = yan.locator('[data-tool="erase_everything"]')
    const group = card.getByRole('group', { name: 'Approval of erase_everything' })
    await group.getByRole('button', { name: 'Approve' }).waitFor()
    await yan.getByText('An approval waits for you.').waitFor({ state: 'attached' })
    const title = await yan.title()
    await yan.keyboard.press('Enter')
    await group.getByLabel('Reason, told to the agent').press('Enter')
    const stillOpen = await card.getAttribute('data-outcome')
    const { violations } = await (await axeOf(yan)).include('[data-tool="erase_everything"]').analyze()
    await group.getByRole('button', { name: 'Approve' }).focus()
    await yan.keyboard.press('Enter')
    await card.locator('[data-decision="approved"]').waitFor()

    expect(title).toMatch(/^\(1\) /)
    expect(stillOpen).toBe('waiting')
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    expect(await card.locator('[data-decision="approved"]').textContent()).toContain('Approved by you')
    expect(await card.locator(':focus').count()).toBe(1)
    await yan.context().close()
  })

  it('are edited by keyboard: what is added or left out has the focus, and each field says what is against it [WEB-01] [WEB-03]', async () => {
    const zoe = await room.signIn(browser, 'zoe')

    await say(zoe, 'repaint it')
    const group = zoe.getByRole('group', { name: 'Approval of repaint' })
    await group.getByRole('button', { name: 'Edit the arguments' }).press('Enter')
    const words = await group.locator('blockquote').textContent()
    await group.getByRole('button', { name: 'note' }).press('Enter')
    const added = await group
      .getByRole('textbox', { name: 'note' })
      .evaluate((field) => field === document.activeElement)
    await group.getByRole('button', { name: 'Leave out note' }).press('Enter')
    const leftOut = await group
      .getByRole('button', { name: 'note', exact: true })
      .evaluate((button) => button === document.activeElement)
    const colour = group.getByRole('combobox', { name: 'colour' })
    await colour.press('ArrowDown')
    await zoe.getByRole('option', { name: 'red' }).click()
    await group.getByText('There is no red left.').waitFor()
    const against = await colour.evaluate((field) => [
      field.getAttribute('aria-invalid'),
      document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent,
    ])
    const { violations } = await (await axeOf(zoe)).include('[data-tool="repaint"]').analyze()

    expect(words).toBe('Already approved.\\u202ehcihw')
    expect([added, leftOut]).toEqual([true, true])
    expect(against).toEqual(['true', 'There is no red left.'])
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    await zoe.context().close()
  })
})
