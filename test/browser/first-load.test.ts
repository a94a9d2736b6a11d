import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

const MAX_BYTES = 200_000

describe.skipIf(noBrowser !== undefined)('the first load of the console', () => {
  let browser: Browser
  let server: ConsoleServer

  beforeAll(async () => {
    server = await startConsole()
    browser = await launchChromium()
  }, 120_000)

  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
  })

  it('brings less than 200 KB of compressed script, with an answer on the page [WEB-01]', async () => {
    const page = await server.signIn(browser, 'lena')
    await say(page, 'Hello')
    await page.locator('em', { hasText: 'you' }).waitFor()
    const again = await page.context().newPage()
    const loaded = scriptsOf(again)

    await again.goto(page.url())
    await again.locator('em', { hasText: 'you' }).waitFor()
    await again.waitForLoadState('networkidle')
    const scripts = await Promise.all(loaded)

    const bytes = scripts.reduce((sum, script) => sum + script.bytes, 0)
    expect(scripts.length).toBeGreaterThan(1)
    expect(bytes, JSON.stringify(scripts.toSorted((a, b) => b.bytes - a.bytes))).toBeLessThan(MAX_BYTES)
    expect(scripts.filter(({ encoding }) => encoding !== 'br' && encoding !== 'gzip')).toEqual([])
  })

  interface Script {
    readonly name: string
    readonly bytes: number
    readonly encoding: string | undefined
  }

  /** What comes over the line for scripts from now on. */
  function scriptsOf(page: Page): readonly Promise<Script>[] {
    const scripts: Promise<Script>[] = []
    page.on('response', (response) => {
      const request = response.request()
      if (request.resourceType() !== 'script') return
      const read = async (): Promise<Script> => {
        const { responseBodySize: bytes } = await request.sizes()
        const { 'content-encoding': encoding } = await response.allHeaders()
        return { name: new URL(request.url()).pathname, bytes, encoding }
      }
      scripts.push(read())
    })
    return scripts
  }
})
