import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { launchChromium, noBrowser } from './chromium.ts'
import { type ConsoleServer, startConsole } from './console-page.ts'

/** One green pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

interface GivenFile {
  readonly name: string
  readonly base64: string
}

describe.runIf(mayRun(noBrowser))('attaching in the console', { timeout: 60_000 }, () => {
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

  const ready = (page: Page) => page.locator('[data-attachment="ready"]')

  it('takes files by button, drop and paste, shows them before and after they are sent, and opens them harmlessly', async () => {
    const page = await room.signIn(browser, 'ann')

    await page.locator('input[type="file"]').setInputFiles(fileOf({ name: 'by button.png', base64: png }))
    await give(page, 'drop', { name: 'dropped.html', base64: btoa('<script>opener.hacked=1;window.hacked=1</script>') })
    await give(page, 'paste', { name: 'pasted.png', base64: png })
    await ready(page).nth(2).waitFor()
    const waiting = await ready(page).allInnerTexts()
    await page.getByRole('button', { name: 'Remove pasted.png' }).click()
    await ready(page).nth(2).waitFor({ state: 'detached' })
    await page.getByLabel('Message').fill('look at them')
    await page.getByLabel('Message').press('Enter')
    const sent = page.getByRole('log').getByRole('list', { name: 'Attached files' })
    await sent.getByRole('link').nth(1).waitFor()
    const image = sent.getByRole('img', { name: 'by button.png' })
    await page.waitForFunction(
      (element) => (element as unknown as { naturalWidth: number }).naturalWidth > 0,
      await image.elementHandle(),
    )
    const [opened] = await Promise.all([page.waitForEvent('popup'), sent.getByText('dropped.html').click()])
    await opened.waitForLoadState()

    expect(waiting).toEqual(['by button.png', 'dropped.html', 'pasted.png'])
    expect(await sent.getByRole('link').count()).toBe(2)
    expect(await ready(page).count()).toBe(0)
    expect(await opened.locator('body').textContent()).toContain('<script>')
    expect(await Promise.all([page, opened].map((one) => one.evaluate('window.hacked')))).toEqual([
      undefined,
      undefined,
    ])
    await page.context().close()
  })

  it('says of a file that it cannot take why, and sends the message without it', async () => {
    const page = await room.signIn(browser, 'bea')

    await give(page, 'drop', { name: 'core.bin', base64: btoa('\u0000\u0001') })
    const failed = page.locator('[data-attachment="failed"]')
    await failed.waitFor()
    const reason = await failed.getByRole('alert').textContent()
    await page.getByLabel('Message').fill('hello')
    await page.getByLabel('Message').press('Enter')
    await page.locator('[data-status="completed"]').waitFor()

    expect(reason).toContain('no PNG, JPEG, GIF or WebP image and no UTF-8 text')
    expect(await failed.count()).toBe(0)
    expect(await page.getByRole('log').getByRole('link').count()).toBe(0)
    await page.context().close()
  })

  it('keeps what was attached and not sent when the page is loaded again, and sends it once, without a word', async () => {
    const page = await room.signIn(browser, 'cem')
    await give(page, 'paste', { name: 'kept.png', base64: png })
    await ready(page).waitFor()

    await page.reload()
    await ready(page).waitFor()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('[data-status="completed"]').waitFor()
    await page.reload()
    await page.getByRole('log').getByRole('img', { name: 'kept.png' }).waitFor()
    const inTheThread = await ready(page).count()
    await page.getByRole('button', { name: 'New chat' }).click()
    await page.getByText('What can I do for you?').waitFor()

    expect([inTheThread, await ready(page).count()]).toEqual([0, 0])
    await page.context().close()
  })

  it('takes away what was attached when the message is edited, and leaves it in the version before', async () => {
    const page = await room.signIn(browser, 'eva')
    const images = page.getByRole('log').getByRole('img')
    await give(page, 'paste', { name: 'one.png', base64: png })
    await give(page, 'paste', { name: 'two.png', base64: png })
    await ready(page).nth(1).waitFor()
    await page.getByLabel('Message').fill('what are they')
    await page.getByLabel('Message').press('Enter')
    await page.locator('[data-status="completed"]').waitFor()

    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByRole('button', { name: 'Remove one.png' }).click()
    const focused = await page.getByLabel('Edited text').evaluate((field) => field.matches(':focus'))
    await page.keyboard.press('Enter')
    await page.getByText('2/2').waitFor()
    const after = await images.evaluateAll((all) => all.map((image) => image.getAttribute('alt')))
    await page.getByRole('button', { name: 'Older version' }).click()
    await page.getByText('1/2').waitFor()

    expect(focused).toBe(true)
    expect(after).toEqual(['two.png'])
    expect(await images.count()).toBe(2)
    await page.context().close()
  })

  it('takes fifty pictures at once, more than the server takes at a time, shows each, and takes all away', async () => {
    const page = await room.signIn(browser, 'fay')
    const files = Array.from({ length: 50 }, (_, index) => fileOf({ name: `${index}.png`, base64: png }))

    await page.locator('input[type="file"]').setInputFiles(files)
    await ready(page).nth(49).waitFor()
    await page.waitForFunction(() => {
      const { document } = globalThis as unknown as {
        readonly document: {
          querySelectorAll(all: string): Iterable<{ readonly naturalWidth: number; scrollIntoView(): void }>
        }
      }
      const pictures = [...document.querySelectorAll('[data-attachment] img')]
      for (const picture of pictures) picture.scrollIntoView()
      return pictures.length === 50 && pictures.every(({ naturalWidth }) => naturalWidth > 0)
    })
    const told = await page.getByText('50 files', { exact: true }).count()
    const failed = await page.locator('[data-attachment="failed"]').count()
    await page.getByLabel('Message').fill('look')
    await page.getByLabel('Message').press('Enter')
    const refusal = await page.getByRole('alert').textContent()
    await page.getByRole('button', { name: 'Remove all' }).click()

    expect([told, failed, await ready(page).count()]).toEqual([1, 0, 0])
    expect(refusal).toMatch(/50.*10/)
    await page.context().close()
  })

  it('shows what is attached to a message while it is edited, and keeps it in each version', async () => {
    const page = await room.signIn(browser, 'dan')
    const image = page.getByRole('log').getByRole('img', { name: 'kept.png' })
    await give(page, 'paste', { name: 'kept.png', base64: png })
    await ready(page).waitFor()
    await page.getByLabel('Message').fill('what is it')
    await page.getByLabel('Message').press('Enter')
    await page.locator('[data-status="completed"]').waitFor()

    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Edited text').fill('')
    const shown = await image.count()
    await page.getByLabel('Edited text').press('Enter')
    await page.getByText('2/2').waitFor()
    await page.locator('[data-status="completed"]').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('3/3').waitFor()

    expect(shown).toBe(1)
    expect(await image.count()).toBe(1)
    expect(await page.locator('[data-role="user"]').count()).toBe(0)
    await page.context().close()
  })
})

function fileOf({ name, base64 }: GivenFile) {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(base64, 'base64') }
}

/** As the browser does it when a person drops or pastes a file. */
async function give(page: Page, how: 'drop' | 'paste', file: GivenFile): Promise<void> {
  await page.getByLabel('Message').evaluate(
    (field, { name, base64, event }) => {
      const page = globalThis as unknown as {
        readonly DataTransfer: new () => { readonly items: { add(file: File): void } }
        readonly DragEvent: new (type: string, init: object) => Event
        readonly ClipboardEvent: new (type: string, init: object) => Event
      }
      const transfer = new page.DataTransfer()
      transfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name))
      const init = { bubbles: true, cancelable: true, dataTransfer: transfer, clipboardData: transfer }
      const Made = event === 'drop' ? page.DragEvent : page.ClipboardEvent
      ;(field as unknown as EventTarget).dispatchEvent(new Made(event, init))
    },
    { ...file, event: how },
  )
}
