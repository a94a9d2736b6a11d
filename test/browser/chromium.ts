/**
 * The system's Chromium, driven by playwright-core. Where there is none the tests say so and are skipped; where nothing may
 * be skipped, they fail.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Page } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

/** Why the browser tests cannot run here; undefined when they can. */
export const noBrowser: string | undefined = existsSync(executablePath)
  ? undefined
  : `Chromium is not installed at ${executablePath}`

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** What looks at a page with axe's eyes, once nothing of it is half faded in any more. */
export async function axeOf(page: Page): Promise<AxeBuilder> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map(({ finished }) => finished))
  })
  return new AxeBuilder({ page })
}
