import { createToolRegistry } from 'toolcrib'
import { createSystemClock } from 'toolcrib/agent'
import { createMemoryStore } from 'toolcrib/store/memory'
import { describe, expect, it } from 'vitest'
import { StarterToolError, starterToolErrorCodes } from './errors.ts'
import { createStarterTools } from './starter-tools.ts'

describe('the starter tools', () => {
  it('are admitted by a registry, every one', () => {
    const registry = createToolRegistry({ name: 'app' })

    const verdicts = registry.offer(starterTools())

    expect(verdicts.map((verdict) => verdict.verdict)).toEqual(Array.from({ length: 9 }, () => 'admitted'))
    expect(registry.list().map((tool) => tool.name)).toEqual([
      'calculate',
      'convert_units',
      'current_time',
      'delete_note',
      'list_notes',
      'read_document',
      'run_javascript',
      'save_note',
      'search_documents',
    ])
  })

  it('describe themselves, every parameter, and their result', () => {
    const lacking = starterTools().filter((tool) => {
      const properties = Object.values(tool.input.jsonSchema.properties ?? {})
      return (
        tool.output === undefined ||
        tool.category === undefined ||
        tool.tags.length === 0 ||
        !properties.every((property) => typeof property === 'object' && 'description' in property)
      )
    })

    expect(lacking.map((tool) => tool.name)).toEqual([])
  })

  it('ask before they destroy, and only then', () => {
    const effects = Object.groupBy(starterTools(), (tool) => tool.effect)

    expect(effects.destructive?.map((tool) => tool.name)).toEqual(['delete_note'])
    expect(effects.write?.map((tool) => tool.name)).toEqual(['save_note'])
  })

  it('have an error catalogue whose every code says what to do', () => {
    const error = new StarterToolError('NOTE_UNKNOWN', { noteId: 'k3f7p' })

    expect(error).toMatchObject({ name: 'StarterToolError', code: 'NOTE_UNKNOWN', retry: 'never' })
    expect(error.message).toBe('You have no note "k3f7p"; list_notes shows yours with their ids')
    expect(new Set(starterToolErrorCodes).size).toBe(18)
  })
})

function starterTools() {
  return createStarterTools({ records: createMemoryStore().records, documentsFolder: null, clock: createSystemClock() })
}
