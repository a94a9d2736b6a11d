/**
 * The least of a tool, and the tool that gives back what it gets.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'

export const bare: {
  readonly description: string
  readonly input: { readonly type: 'object' }
  readonly effect: 'read'
} = {
  description: 'For a test.',
  input: { type: 'object' },
  effect: 'read',
}

export const echo: Tool = defineTool({ ...bare, name: 'echo', execute: (input) => input })

/** What never comes. */
export const never: Promise<never> = new Promise(() => {})
