import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { storeContract } from '../../testing/store-contract.ts'
import { createMemoryStore } from './memory.ts'

storeContract(
  { describe, it, expect, afterAll, fc },
  { name: 'the memory store', makeStore: async () => createMemoryStore() },
)
