import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'

function capture(): { readonly lines: string[]; readonly destination: { write(line: string): void } } {
  const lines: string[] = []
  return { lines, destination: { write: (line) => void lines.push(line) } }
}

describe('the log', () => {
  it('writes JSON lines with ids, levels by name and the cause of an error', () => {
    const { lines, destination } = capture()
    const log = createLog({ level: 'info', destination, readable: false })

    log.debug('not at this level')
    log
      .child({ part: 'gateway' })
      .error({ err: new Error('outer', { cause: new Error('inner') }), runId: 'run_1' }, 'failed')

    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      part: 'gateway',
      runId: 'run_1',
      msg: 'failed',
      err: { message: expect.stringContaining('outer'), cause: { message: 'inner' } },
    })
  })

  it('masks what has the name of a secret, at the top and further in', () => {
    const { lines, destination } = capture()
    const log = createLog({ level: 'info', destination, readable: false })

    log.info(
      { token: 'canary', headers: { authorization: 'canary', cookie: 'canary' }, a: { b: { password: 'canary' } } },
      'x',
    )

    expect(lines[0]).not.toContain('canary')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ token: '[redacted]', headers: { cookie: '[redacted]' } })
  })

  it('lets nothing that an error quotes steer the terminal, or look like a line of its own', () => {
    const { lines, destination } = capture()
    const log = createLog({ level: 'info', destination, readable: true })

    log.error(
      { err: new Error('\u001b[2J\u009b31mgone\r\n12:00:00.000 info  all is well'), tool: '\u009b31m' },
      'failed',
    )

    expect(lines[0]).not.toMatch(/(?![\t\n])\p{Cc}/u)
    expect(lines[0]).not.toMatch(/^12:00:00\.000 info {2}all is well/m)
  })

  it('writes one short line for people', () => {
    const { lines, destination } = capture()
    const log = createLog({ level: 'info', destination, readable: true })

    log.info({ url: 'http://127.0.0.1:4600' }, 'serving')

    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} info {2}serving url="http:\/\/127\.0\.0\.1:4600"\n$/),
    ])
  })
})
