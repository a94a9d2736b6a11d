/** A real server with a scripted model, the built console, and an operator who sits at it. @module */
import type { Browser, Page } from 'playwright-core'
import type { ToolcribConfig } from 'toolcrib/gateway'
import { createScriptedModel } from 'toolcrib/testing'
import { inject } from 'vitest'
import { type ServerFixture, startFixture } from '../../apps/server/src/server.fixture.ts'

export function startHouse(config: ToolcribConfig): Promise<ServerFixture> {
  const model = createScriptedModel(() => ({ text: 'Hello.' }))
  return startFixture({ config, parts: { model, consoleFolder: inject('consoleFolder') } })
}

export interface OperatorOptions {
  /** Such as `/operations/scopes`. */
  readonly at: string
  /** Default 1280. */
  readonly width?: number
  /** Nothing moves or fades: what is there is there at once. Default false. */
  readonly still?: boolean
}

/** Signs in, in a browser profile of its own, and goes there. */
export async function operatorAt(
  browser: Browser,
  url: string,
  { at, width = 1_280, still = false }: OperatorOptions,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    reducedMotion: still ? 'reduce' : 'no-preference',
  })
  const page = await context.newPage()
  await page.goto(url)
  await page.getByLabel('Your name').fill('Otto')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Message').waitFor()
  await page.goto(`${url}/#${at}`)
  return page
}

/** Whether anything of the page is wider than the page. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
}
