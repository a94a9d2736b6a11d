import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { startFixture, temporaryFolder } from '../server.fixture.ts'

const page = '<!doctype html><title>Toolcrib</title>'
const script = 'export const answer = 42'

async function builtConsole(): Promise<Awaited<ReturnType<typeof temporaryFolder>>> {
  const built = await temporaryFolder()
  await mkdir(join(built.folder, 'assets'))
  await writeFile(join(built.folder, 'index.html'), page)
  await writeFile(join(built.folder, 'assets/index-1.js'), script)
  await writeFile(join(built.folder, 'assets/index-1.js.br'), brotliCompressSync(script))
  return built
}

describe('the files of the console', () => {
  it('come compressed to a browser that takes it, and as they are to one that does not [WEB-01]', async () => {
    await using built = await builtConsole()
    await using fixture = await startFixture({ parts: { consoleFolder: built.folder } })
    const read = async (encoding: string) => {
      const response = await fetch(`${fixture.url}/assets/index-1.js`, { headers: { 'accept-encoding': encoding } })
      const { headers } = response
      return [headers.get('content-encoding'), headers.get('content-type'), await response.text()]
    }

    const compressed = await read('gzip, br')
    const plain = await read('identity')

    expect(compressed).toEqual(['br', 'application/javascript; charset=utf-8', script])
    expect(plain).toEqual([null, 'application/javascript; charset=utf-8', script])
  })

  it('may be kept for ever when their names say what is in them, the page itself never; and let nothing in from elsewhere', async () => {
    await using built = await builtConsole()
    await using fixture = await startFixture({ parts: { consoleFolder: built.folder } })
    const headersOf = async (path: string) => {
      const { headers } = await fetch(`${fixture.url}${path}`)
      return { cache: headers.get('cache-control'), policy: headers.get('content-security-policy') }
    }

    const asset = await headersOf('/assets/index-1.js')
    const index = await headersOf('/')

    expect(asset.cache).toBe('public, max-age=31536000, immutable')
    expect(index.cache).toBe('no-cache')
    expect([asset.policy, index.policy]).toEqual([index.policy, asset.policy])
    expect(index.policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
  })
})
