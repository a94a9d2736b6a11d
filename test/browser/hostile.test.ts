import type { Browser, Page } from 'playwright-core'
import { defineTool } from 'toolcrib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { mayRun } from '../skips.ts'
import { launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, say, startConsole } from './console-page.ts'

const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><style>body{display:none}</style>'
const markdown = [
  `Look: ${markup}`,
  '![picture](https://outside.example/p.png)',
  '[one](javascript:window.hacked=1) [two](data:text/html,<script>1</script>) [three](https://outside.example/page)',
  '<iframe src="https://outside.example"></iframe>',
  'turned \u202eexe.gpj\u202c back',
  '```html\n<script>window.hacked=1</script>\n```',
].join('\n\n')

const readPage = defineTool({
  name: 'read_page',
  description: `Reads a page. ${markup}`,
  input: z.object({ address: z.string() }),
  effect: 'read',
  execute: () => ({
    html: markup,
    [markup]: 'a key',
    turned: '\u202eexe.gpj',
    picture: 'https://outside.example/p.png',
  }),
})
const listPages = defineTool({
  name: 'list_pages',
  description: 'Lists pages.',
  input: z.object({}),
  effect: 'read',
  execute: () => [
    { title: markup, size: 1 },
    { title: '\u202eexe.gpj', size: 2 },
  ],
})

describe.runIf(mayRun(noBrowser))('what models, tools and people write to do harm', { timeout: 60_000 }, () => {
  let browser: Browser
  let room: ConsoleServer

  beforeAll(async () => {
    browser = await launchChromium()
    room = await startConsole({
      tools: [readPage, listPages],
      answer: (asked, isResult) => {
        if (isResult) return { text: markdown, thinking: markup }
        if (!asked.includes('read')) return undefined
        return {
          thinking: markup,
          text: markdown,
          calls: [
            { tool: 'read_page', input: { address: markup } },
            { tool: 'list_pages', input: {} },
            { tool: markup, input: { [markup]: 1 } },
          ],
        }
      },
    })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await room?.[Symbol.asyncDispose]()
  })

  /** All that was asked for elsewhere than at the server of the page. */
  function watchOutside(page: Page): readonly string[] {
    const outside: string[] = []
    const own = new URL(page.url()).host
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.protocol !== 'data:' && url.host !== own) outside.push(request.url())
    })
    return outside
  }

  it('runs nothing and loads nothing, in answers, thinking, cards, messages, titles and tools [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ida')
    const outside = watchOutside(page)
    const log = page.getByRole('log')

    await say(page, `read ${markup}`)
    await page.locator('[data-status="completed"]').waitFor()
    await log.getByText('Thought', { exact: true }).click()
    await page.locator('[data-tool="read_page"] summary').first().click()
    await page.locator('[data-tool="list_pages"] summary').first().click()
    await page.locator('[data-outcome="refused"] summary').first().click()
    await log.getByRole('group', { name: 'Table' }).waitFor()
    await page.getByRole('button', { name: 'Tools' }).click()
    await page.locator('[data-tool-name="read_page"]').waitFor()

    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(outside).toEqual([])
    expect(await log.locator('img, script, iframe, style').count()).toBe(0)
    expect(await page.locator('body').isVisible()).toBe(true)
    await page.context().close()
  })

  it('lets links lead only to pages, and in a tab of their own that knows nothing of this one [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ken')

    await say(page, 'read')
    await page.locator('[data-status="completed"]').waitFor()
    const links = await page
      .getByRole('log')
      .locator('a')
      .evaluateAll((all) =>
        all.map((link) => [link.getAttribute('href'), link.getAttribute('rel'), link.getAttribute('title')]),
      )

    const picture = ['https://outside.example/p.png', 'noreferrer noopener', 'https://outside.example/p.png']
    const third = ['https://outside.example/page', 'noreferrer noopener', 'https://outside.example/page']
    expect(links).toEqual([picture, third, picture, third])
    await page.context().close()
  })

  it('writes out what would turn the reading direction, instead of turning it [WEB-01]', async () => {
    const page = await room.signIn(browser, 'lea')

    await say(page, 'read \u202eexe.gpj')
    await page.locator('[data-status="completed"]').waitFor()
    await page.locator('[data-tool="read_page"] summary').first().click()
    await page.locator('[data-tool="list_pages"] summary').first().click()
    await page.getByRole('group', { name: 'Table' }).waitFor()
    const text = (await page.getByRole('log').textContent()) ?? ''

    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
    expect(text.match(/⟨U\+202E⟩exe\.gpj/g)).toHaveLength(4)
    expect(text).toContain('\\u202eexe.gpj')
    await page.context().close()
  })
})
