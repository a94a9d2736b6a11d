import type { Browser, Page } from 'playwright-core'
import { createScriptedModel } from 'toolcrib/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type ServerFixture, startFixture } from '../../apps/server/src/server.fixture.ts'
import { mayRun } from '../skips.ts'
import { launchChromium, noBrowser } from './chromium.ts'
import { say } from './console-page.ts'

describe.runIf(mayRun(noBrowser))('who answers, in the console', { timeout: 60_000 }, () => {
  let browser: Browser
  let fixture: ServerFixture

  beforeAll(async () => {
    browser = await launchChromium()
    const named = (name: string) =>
      createScriptedModel(() => ({ text: `Written by ${name}.` }), { name, record: false })
    const agent = { instructions: '', tools: [] }
    const agents = [
      { ...agent, name: 'assistant', description: 'Helps.', model: named('openai:gpt-5'), models: [named('quick')] },
      { ...agent, name: 'clerk', description: 'Keeps notes.', model: 'builtin', models: [named('quick')] },
    ]
    const config = { agents, models: [] }
    fixture = await startFixture({ config, parts: { consoleFolder: inject('consoleFolder') } })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await fixture?.[Symbol.asyncDispose]()
  })

  async function enter(name: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage()
    await page.goto(fixture.url)
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Message', { exact: true }).waitFor()
    return page
  }

  const picker = (page: Page) => page.getByRole('button', { name: /^Who answers: / })
  const item = (page: Page, agent: string, model: RegExp) =>
    page.getByRole('group', { name: new RegExp(`^${agent}`) }).getByRole('menuitemradio', { name: model })

  it('is picked by keyboard from agents and their models, kept by the thread, and remembered for the next chat [WEB-01] [WEB-03]', async () => {
    const page = await enter('ann')

    const first = await picker(page).textContent()
    await picker(page).focus()
    await page.keyboard.press('Enter')
    await item(page, 'assistant', /quick/).waitFor()
    const builtin = await item(page, 'clerk', /Built-in model/).textContent()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(() => picker(page).textContent()).toBe('assistant · quick')
    await say(page, 'hello')
    await page.getByText('Written by quick.').waitFor()
    await picker(page).click()
    await item(page, 'assistant', /gpt-5/).click()
    await say(page, 'and you?')
    await page.getByText('Written by openai:gpt-5.').waitFor()
    const authors = await page.locator('[data-written-by]').allTextContents()
    await page.reload()
    await page.getByText('Written by openai:gpt-5.').waitFor()
    const kept = await picker(page).textContent()
    await page.getByRole('button', { name: 'New chat' }).first().click()
    await page.getByRole('heading', { name: 'What can I do for you?' }).waitFor()
    const next = await picker(page).textContent()

    expect(first).toBe('assistant · gpt-5')
    expect(builtin).toContain('no language model')
    expect(authors).toEqual(['Answered by gpt-5'])
    expect(kept).toBe('assistant · gpt-5')
    expect(next).toBe('assistant · gpt-5')
    await page.context().close()
  })

  it('is chosen from the palette as well [WEB-04]', async () => {
    const page = await enter('cleo')

    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search chats and commands' }).fill('model')
    await page.getByRole('option', { name: 'Choose who answers' }).waitFor()
    await page.keyboard.press('Enter')
    await item(page, 'clerk', /quick/).click()

    await expect.poll(() => picker(page).textContent()).toBe('clerk · quick')
    await page.context().close()
  })

  it('stays what it was when a message is tried again, and is another one when that was picked [WEB-01]', async () => {
    const page = await enter('bob')
    await picker(page).click()
    await item(page, 'assistant', /quick/).click()
    await say(page, 'hello')
    await page.getByText('Written by quick.').waitFor()
    await page.reload()
    await page.getByText('Written by quick.').waitFor()

    await page.getByRole('button', { name: /Try again/ }).click()
    await page.getByRole('group', { name: 'Versions' }).waitFor()
    await page.getByText('Written by quick.').waitFor()
    const again = await page.getByText('Written by quick.').count()
    await picker(page).click()
    await item(page, 'assistant', /gpt-5/).click()
    await page.getByRole('button', { name: /Try again/ }).click()
    await page.getByText('Written by openai:gpt-5.').waitFor()

    expect(again).toBe(1)
    await page.context().close()
  })
})
