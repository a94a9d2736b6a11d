import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

const MAX_BYTES = 200_000

interface Script {
  readonly name: string
  readonly bytes: number
  readonly encoding: string | undefined
}

describe.skipIf(noBrowser !== undefined)('the first load of a chat with an answer', () => {
  let browser: Browser
  let server: ConsoleServer
  let scripts: readonly Script[]

  beforeAll(async () => {
    server = await startConsole()
    browser = await launchChromium()
    const page = await server.signIn(browser, 'lena')
    await say(page, 'Hello')
    await page.locator('em', { hasText: 'you' }).waitFor()
    // With their session and nothing else: another profile has loaded nothing yet.
    const profile = await browser.newContext({ storageState: await page.context().storageState() })
    const again = await profile.newPage()
    const loading = scriptsOf(again)
    await again.goto(page.url())
    await again.locator('em', { hasText: 'you' }).waitFor()
    await again.waitForLoadState('networkidle')
    scripts = await Promise.all(loading)
  }, 120_000)

  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
  })

  it('brings its script compressed [WEB-01]', () => {
    expect(sizeOf(scripts)).toBeGreaterThan(MAX_BYTES / 4)
    // What is smaller would not get smaller.
    expect(scripts.filter(({ bytes, encoding }) => bytes > 1_500 && encoding !== 'br')).toEqual([])
  })

  it('brings less than 200 KB of it [WEB-01]', () => {
    expect(sizeOf(scripts)).toBeLessThan(MAX_BYTES)
  })
})

function sizeOf(scripts: readonly Script[]): number {
  return scripts.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** What comes over the line for scripts from now on. */
function scriptsOf(page: Page): readonly Promise<Script>[] {
  const scripts: Promise<Script>[] = []
  page.on('response', (response) => {
    const request = response.request()
    if (request.resourceType() !== 'script') return
    const read = async (): Promise<Script> => {
      const { 'content-encoding': encoding, 'content-length': length } = await response.allHeaders()
      return { name: new URL(request.url()).pathname, bytes: Number(length), encoding }
    }
    scripts.push(read())
  })
  return scripts
}
