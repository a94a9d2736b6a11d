import { expect, it } from 'vitest'
import type { ModelMessage } from './ports.ts'
import { estimateInputTokens } from './step-estimate.ts'

it('measures what a provider wants back of its own answers, which may be more than what it said [CALL-07]', () => {
  const said: ModelMessage = { role: 'assistant', text: 'Done.', thinking: 'Hm.', calls: [] }
  const signed: ModelMessage = { ...said, providerData: { blocks: [{ signature: 's'.repeat(8_000) }] } }
  const sizeOf = (message: ModelMessage): number =>
    estimateInputTokens({ instructions: '', messages: [message], tools: [] })

  expect(sizeOf(signed) - sizeOf(said)).toBeGreaterThan(4_000)
})
