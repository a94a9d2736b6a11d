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

/** Each would take the page for seconds, minutes or for good, or break it. */
const endless: readonly string[] = [
  '> '.repeat(10_000),
  '- '.repeat(10_000),
  '*a_ '.repeat(20_000),
  `${'*'.repeat(5_000)}a${'*'.repeat(5_000)}`,
  'a\n-\n'.repeat(20_000),
  `${'[^1] '.repeat(20_000)}\n\n[^1]: x`,
  `|${'a|'.repeat(2_000)}\n|${'-|'.repeat(2_000)}\n${'|x|\n'.repeat(2_000)}`,
  '```js\na\n```\n\n'.repeat(5_000),
  `\`\`\`js\n${'"'.repeat(1_000_000)}\n\`\`\``,
  `\`\`\`bash\n${'${'.repeat(5_000)}\n\`\`\``,
  '```__proto__\na\n```\n\n```constructor\nb\n```',
  `Z${'\u0301'.repeat(100_000)}`,
]
const strangeLinks = [
  '[a](javascript:alert`1`) [b](JaVaScRiPt:1) [c](&#106;avascript:1) [d](vbscript:x) [e](data:text/html,1) [f](blob:https://x)',
  '[g](//outside.example/x) [h](/v1/me) [i](#/operations) [j](file:///etc/passwd) [k](ftp://outside.example)',
  '[l](https://\u0430pple.com/) [m](mailto:ann@outside.example) <javascript:1> www.outside.example',
  'Noted[^1].',
  '[^1]: With [n](javascript:1).',
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
        const number = /endless (\d+)/.exec(asked)?.[1]
        if (number !== undefined) return { text: endless[Number(number)] ?? '' }
        if (asked.includes('strange links')) return { text: strangeLinks }
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

  /** What the Content-Security-Policy held back since the page was loaded again: nothing is to come that far. */
  async function watchPolicy(page: Page): Promise<() => Promise<readonly string[]>> {
    await page.addInitScript(`
      window.heldBack = []
      addEventListener('securitypolicyviolation', (event) => heldBack.push(event.violatedDirective + ' ' + event.blockedURI))
    `)
    await page.reload()
    await page.getByLabel('Message', { exact: true }).waitFor()
    return () => page.evaluate('window.heldBack') as Promise<readonly string[]>
  }

  it('runs nothing and loads nothing, in answers, thinking, cards, messages, titles and tools [WEB-01]', async () => {
    const page = await room.signIn(browser, 'ida')
    const heldBack = await watchPolicy(page)
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
    expect(await heldBack()).toEqual([])
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

  it('draws no answer that would stop the page, and opens the chat again [WEB-01]', async () => {
    const page = await room.signIn(browser, 'mia')
    const faults: string[] = []
    page.on('pageerror', ({ message }) => faults.push(message))
    const turns = page.locator('[data-status="completed"]')
    const ask = async (index: number) => {
      await say(page, `endless ${index}`)
      await turns.nth(index).waitFor()
    }

    await endless.reduce((before, _, index) => before.then(() => ask(index)), Promise.resolve())
    await page.reload()
    await turns.last().waitFor()
    await page.getByLabel('Message', { exact: true }).fill('it can be written in')

    expect(await page.getByText('Shown as it was written').count()).toBeGreaterThan(0)
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('it can be written in')
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('makes links only of what leads elsewhere, tells a false letter, and keeps footnotes in their answer [WEB-01]', async () => {
    const page = await room.signIn(browser, 'noa')

    await say(page, 'strange links')
    await page.locator('[data-status="completed"]').waitFor()
    await page.locator('[data-role="assistant"] [data-anchor]').first().waitFor()
    const links = await page
      .getByRole('log')
      .locator('a')
      .evaluateAll((all) => all.map((link) => [link.textContent, link.getAttribute('href')]))
    const address = page.url()
    await page.getByRole('button', { name: '1', exact: true }).click()
    await page
      .getByRole('button', { name: /Back to reference/ })
      .and(page.locator(':focus'))
      .waitFor()

    expect(links).toEqual([
      ['l', 'https://xn--pple-43d.com/'],
      ['m', 'mailto:ann@outside.example'],
      ['www.outside.example', 'http://www.outside.example/'],
    ])
    expect(page.url()).toBe(address)
    await page.context().close()
  })
})
