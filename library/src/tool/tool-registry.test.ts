import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { assertCatalogue, catalogueReport } from './catalogue.ts'
import { defineTool } from './define-tool.ts'
import type { ToolDefinition } from './definition.ts'
import type { Tool } from './tool.ts'
import { createToolRegistry } from './tool-registry.ts'

function named(name: string, options: { category?: string; description?: string } = {}): Tool {
  return defineTool({
    name,
    description: 'Does it.',
    input: z.object({}),
    effect: 'read',
    ...options,
    execute: () => name,
  })
}

describe('createToolRegistry', () => {
  it('admits what defineTool made, and finds it from every scope below', async () => {
    await using registry = createToolRegistry()
    const echo = named('echo')

    registry.add(echo)
    const user = registry.open({ name: 'ann', kind: 'user' })

    expect([registry.path, user.get('echo') === echo, user.list()]).toEqual(['app', true, [echo]])
  })

  it('lists tools by category, in every scope [REG-20]', async () => {
    await using registry = createToolRegistry()
    registry.offer([named('add', { category: 'math' }), named('open_file', { category: 'files' }), named('plain')])
    const scope = registry.open({ name: 'ann', kind: 'user' })
    scope.add(named('mine', { category: 'math' }))

    const names = (category: string | readonly string[]): readonly string[] =>
      scope.list({ category }).map((tool) => tool.name)

    expect([names('math'), names(['files', 'math']), names('none')]).toEqual([
      ['add', 'mine'],
      ['add', 'mine', 'open_file'],
      [],
    ])
    expect(registry.list({ category: 'math' }).map((tool) => tool.name)).toEqual(['add'])
  })

  it('refuses a tool with one verdict that holds all its defects, and what is no tool in any mode [REG-11]', async () => {
    await using registry = createToolRegistry({ mode: 'report' })
    const bad = defineTool({
      name: 'bad',
      input: { type: 'string' },
      effect: 'nuke',
      retries: 3,
    } as unknown as ToolDefinition<object, object, never, unknown, never>)

    const verdicts = registry.offer([bad, { ...named('copy') }, named('mute', { description: '' })])

    expect(verdicts).toMatchObject([
      { verdict: 'refused', code: 'DEFINITION_INVALID', name: 'bad', where: '/retries' },
      { verdict: 'refused', code: 'NOT_A_TOOL', kind: 'tool_lookalike' },
      { verdict: 'admitted', name: 'mute', advisory: 'DESCRIPTION_MISSING' },
    ])
    expect(verdicts[0]?.found).toBe(
      [
        '4 defects:',
        '1. DEFINITION_INVALID /retries: an unknown field "retries"',
        '2. SCHEMA_NOT_OBJECT /input: a schema of "string", where models need an object of named arguments',
        '3. EFFECT_INVALID /effect: the effect "nuke"',
        '4. DEFINITION_INVALID /execute: no execute',
      ].join('\n'),
    )
  })

  it('refuses a replacement of another fingerprint unless it is allowed', async () => {
    await using registry = createToolRegistry()
    registry.add(named('echo'))

    expect(() => registry.replace(named('echo', { description: 'Does more.' }))).toThrow(
      expect.objectContaining({ code: 'FINGERPRINT_CHANGED' }),
    )
    expect(registry.replace(named('echo')).verdict.verdict).toBe('replaced')
  })
})

describe('a catalogue', () => {
  it('that is bad stops the start with every refusal, its place, cause and fix [REG-10]', async () => {
    await using registry = createToolRegistry()
    const echo = named('echo')
    const nameless = defineTool({
      description: 'x',
      input: z.object({}),
      effect: 'read',
      execute: () => 0,
    } as unknown as ToolDefinition<object, object, never, unknown, never>)

    const verdicts = registry.offer(
      [echo, named('echo'), z.object({}), nameless, named('mute', { description: ' ' })],
      { origin: 'config' },
    )

    const report = catalogueReport(verdicts)
    expect(report.split('\n\n').map((part) => part.split('\n')[0])).toEqual([
      'NAME_TAKEN "echo" in app',
      'NOT_A_TOOL/schema in app',
      'NAME_MISSING in app',
      'DESCRIPTION_MISSING "mute" in app',
    ])
    expect(report).toMatch(/^ {2}held {3}"echo" by app, at .*tool-registry\.test\.ts:\d+:\d+$/m)
    expect(report.match(/^ {2}fix {4}\S/gm)).toHaveLength(4)
    expect(() => assertCatalogue(verdicts)).toThrow(
      expect.objectContaining({ code: 'CATALOGUE_REFUSED', message: `4 of 5 tools are refused:\n\n${report}` }),
    )
  })

  it('that is sound lets the start go on, with what report mode let pass to print', async () => {
    await using registry = createToolRegistry({ mode: 'report' })

    const verdicts = registry.offer([named('echo'), named('mute', { description: '' })])

    expect(() => assertCatalogue(verdicts)).not.toThrow()
    expect(catalogueReport(verdicts)).toMatch(/^\(passes in report mode\) DESCRIPTION_MISSING "mute" in app\n/)
    expect(catalogueReport(verdicts.slice(0, 1))).toBe('')
  })
})
