/** The operations page of scopes, in a real browser on a real server. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectClient, type ServerFixture, signIn } from '../../apps/server/src/server.fixture.ts'
import { mayRun } from '../skips.ts'
import { axeOf, launchChromium, noBrowser } from './chromium.ts'
import { isTooWide, operatorAt, startHouse } from './operator-page.ts'

const at = '/operations/scopes'

describe.runIf(mayRun(noBrowser))('the scopes page', { timeout: 60_000 }, () => {
  let browser: Browser
  let house: ServerFixture

  beforeAll(async () => {
    browser = await launchChromium()
    house = await startHouse({ starterTools: false })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await house?.[Symbol.asyncDispose]()
  })

  it('shows another person come with what they hold, and fade when they leave [WEB-03] [REG-07]', async () => {
    const page = await operatorAt(browser, house.url, { at })
    await page.getByRole('treeitem', { name: /otto/ }).waitFor()

    const bob = connectClient(house.url, (await signIn(house.url, 'Bob')).token)
    const offered = Promise.withResolvers<unknown>()
    bob.offerTools(
      [
        {
          name: 'read_page',
          description: 'Reads.',
          inputSchema: { type: 'object' },
          effect: 'read',
          execute: () => null,
        },
      ],
      { onVerdicts: offered.resolve },
    )
    await offered.promise
    const row = page.getByRole('treeitem', { name: /user bob 1 connection/ })
    await row.waitFor()
    await row.focus()
    await page.keyboard.press('ArrowRight')
    const connection = page.getByRole('treeitem', { name: /connection con_.* 1 tool offered/ })
    await connection.waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await connection.getByText('read_page').waitFor()
    bob.close()

    await page.getByRole('treeitem', { name: /user:bob closed/ }).waitFor()
    await row.waitFor({ state: 'detached' })
    await page.getByRole('treeitem', { name: /user:bob closed/ }).waitFor({ state: 'detached', timeout: 20_000 })
    await page.context().close()
  })

  it('finds a scope by its name, and says when there is none [WEB-03]', async () => {
    await using ann = connectClient(house.url, (await signIn(house.url, 'Ann')).token)
    await ann.createThread('x')
    const page = await operatorAt(browser, house.url, { at })
    await page.getByRole('treeitem', { name: /user ann/ }).waitFor()

    await page.getByRole('searchbox', { name: 'Find a scope' }).fill('ANN')
    await page.getByRole('treeitem', { name: /user otto/ }).waitFor({ state: 'detached' })
    expect(await page.getByRole('treeitem', { name: /user ann/ }).count()).toBe(1)
    await page.getByRole('searchbox', { name: 'Find a scope' }).fill('nobody of this name')
    await page.getByText('No open scope fits').waitFor()
    await page.context().close()
  })

  it('is moved through and opened with the keys alone [WEB-04]', async () => {
    const page = await operatorAt(browser, house.url, { at })
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-level'))
    await page.getByRole('treeitem', { name: /user otto/ }).waitFor()
    await page.getByRole('treeitem').first().focus()

    const levels: unknown[] = []
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'Home']) {
      await page.keyboard.press(key)
      levels.push(await focused())
    }

    expect(levels).toEqual(['2', '3', '3', '3', '2', '1'])
    await page.context().close()
  })

  it('names a leak in red, and what to do, and axe has nothing against it [WEB-03] [WEB-04] [REG-08]', async () => {
    const page = await operatorAt(browser, house.url, { at, width: 380, still: true })
    await page.getByText('None leaked.').waitFor()

    letGo(house)
    await vi.waitFor(
      () => {
        globalThis.gc?.()
        expect(house.server.registry.metrics().scopes.leaked).toBe(2)
      },
      { timeout: 10_000 },
    )

    const leaks = page.getByRole('region', { name: 'Leaks' })
    await leaks.getByText('app/tenant:local/user:lost').waitFor()
    expect(await leaks.textContent()).toMatch(/2 scopes leaked.*close it on the line after it was made/)
    const [text, plain] = await Promise.all(
      [leaks.getByRole('heading'), leaks.getByText('Whoever opened')].map((part) =>
        part.evaluate((element) => getComputedStyle(element).color),
      ),
    )
    expect(text).not.toBe(plain)
    expect(await isTooWide(page)).toBe(false)
    await page.getByRole('treeitem', { name: /user:lost leaked/ }).waitFor()
    const { violations } = await (await axeOf(page)).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    await page.context().close()
  })

  it('stays quick with two thousand connections, and says how many it leaves out [WEB-03]', async () => {
    const tenant = house.server.registry.open({ kind: 'tenant', name: 'local' })
    const users = Array.from({ length: 2_000 }, (_, index) => tenant.open({ kind: 'user', name: `guest ${index}` }))
    const connections = users.map((user, index) => user.open({ kind: 'connection', name: `con_${index}` }))
    const page = await operatorAt(browser, house.url, { at })

    await page.getByText('1,800 more.').click()
    await page.getByText('1,600 more.').waitFor()
    await page.getByRole('treeitem', { name: '1,600 more.' }).press('Enter')
    await page.getByText('1,400 more.').waitFor()
    await page.getByRole('searchbox', { name: 'Find a scope' }).fill('guest 1999')
    await page.getByRole('treeitem', { name: /user guest 1999/ }).waitFor()
    expect(await page.getByRole('treeitem', { name: /guest/ }).count()).toBe(1)

    await Promise.all(connections.map((connection) => connection.close()))
    await tenant.close()
    await page.context().close()
  })
})

/** In a function of its own, so that nothing on the stack keeps them. */
function letGo({ server }: ServerFixture): void {
  server.registry.open({ kind: 'tenant', name: 'local' }).open({ kind: 'user', name: 'lost' })
}
