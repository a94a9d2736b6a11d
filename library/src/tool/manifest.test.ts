import { describe, expect, it } from 'vitest'
import { defineTool } from './define-tool.ts'
import { manifestOf } from './manifest.ts'
import type { Tool } from './tool.ts'

function named(name: string, execute: () => unknown = () => name): Tool {
  return defineTool({ name, description: 'Does it.', input: { type: 'object' }, effect: 'read', execute })
}

describe('manifestOf', () => {
  it('shows each tool as a model needs it, frozen, under one fingerprint', () => {
    const tools = [named('a'), named('b')]

    const manifest = manifestOf(tools)

    expect(manifest.tools).toEqual([
      { name: 'a', description: 'Does it.', inputSchema: { type: 'object' } },
      { name: 'b', description: 'Does it.', inputSchema: { type: 'object' } },
    ])
    expect(manifest.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect([Object.isFrozen(manifest), Object.isFrozen(manifest.tools), manifest.byName.get('b')]).toEqual([
      true,
      true,
      tools[1],
    ])
    expect(manifestOf([named('a')]).fingerprint).not.toBe(manifest.fingerprint)
  })

  it('is made once for an array, and shared by arrays that hold the very same tools', () => {
    const tools = [named('a'), named('b')]

    const manifest = manifestOf(tools)

    expect(manifestOf(tools)).toBe(manifest)
    expect(manifestOf([...tools])).toBe(manifest)
  })

  it('never gives one scope the tools of another that only reads alike', () => {
    const [anns, bobs] = [[named('note', () => 'ann')], [named('note', () => 'bob')]]

    const [ann, bob] = [manifestOf(anns), manifestOf(bobs)]

    expect(ann.fingerprint).toBe(bob.fingerprint)
    expect(ann.tools).toBe(bob.tools)
    expect([ann.byName.get('note') === anns[0], bob.byName.get('note') === bobs[0]]).toEqual([true, true])
  })
})
