/**
 * Parts that mix people up, each in one way. The law: each is what a hurried change would make of the real part, and works
 * well for anybody who is alone.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import type { Model, Store, StoredRecord } from 'toolcrib/agent'
import type { Owner, Thread } from 'toolcrib/protocol'
import { z } from 'zod'

/** Threads, their events and their runs are found by their id alone. */
export function findsByIdAlone(store: Store): Store {
  const owners = new Map<string, Owner>()
  const ownerOf = (id: string, asking: Owner): Owner => owners.get(id) ?? asking
  return {
    ...store,
    threads: {
      ...store.threads,
      create(owner, thread) {
        owners.set(thread.threadId, owner)
        return store.threads.create(owner, thread)
      },
      get: (owner, threadId) => store.threads.get(ownerOf(threadId, owner), threadId),
    },
    events: {
      ...store.events,
      read: (owner, threadId, range) => store.events.read(ownerOf(threadId, owner), threadId, range),
    },
  }
}

/** What was listed last is listed again, whoever asks. */
export function listsFromCache(store: Store): Store {
  let listed: readonly Thread[] | undefined
  return {
    ...store,
    threads: {
      ...store.threads,
      async list(owner, options) {
        const fresh = await store.threads.list(owner, options)
        listed = listed === undefined || listed.length === 0 ? fresh : listed
        return listed
      },
    },
  }
}

/** Records are cached by collection. */
export function remembersRecords(store: Store): Store {
  const cached = new Map<string, readonly StoredRecord[]>()
  return {
    ...store,
    records: {
      ...store.records,
      async list(owner, collection, options) {
        const known = cached.get(collection)
        if (known !== undefined && known.length > 0) return known
        const fresh = await store.records.list(owner, collection, options)
        cached.set(collection, fresh)
        return fresh
      },
    },
  }
}

/** The last conversation is still there when the next begins. */
export function remembersTalk(model: Model): Model {
  let before: readonly unknown[] = []
  return {
    ...model,
    async *stream(request) {
      const remembered = JSON.stringify(before)
      before = request.messages
      yield { type: 'text', delta: `Earlier you said ${remembered}. ` }
      yield* model.stream(request)
    },
  }
}

const one = z.object({ value: z.string() })

/** What is kept for a user is kept in the module. */
export function sharesInstances(tools: readonly Tool[]): readonly Tool[] {
  const values: string[] = []
  return replace(tools, 'hold_user', (name) =>
    defineTool({
      name,
      description: 'Remembers for as long as the process lasts.',
      input: one,
      effect: 'read',
      execute({ value }) {
        values.push(value)
        return [...values]
      },
    }),
  )
}

/** What it is told is logged. */
export function logsContent(tools: readonly Tool[]): readonly Tool[] {
  return replace(tools, 'output', (name) =>
    defineTool({
      name,
      description: 'Says what it does to the log.',
      input: one,
      effect: 'read',
      execute({ value }, call) {
        call.log.info(`asked for ${value}`)
        return value
      },
    }),
  )
}

/** A tool that names itself after what it was told, in what the audit stream says of it. */
export function namesByContent(tools: readonly Tool[]): readonly Tool[] {
  return replace(tools, 'hold_run', (name) =>
    defineTool({
      name,
      description: 'Fails to close, and says what it holds.',
      input: one,
      effect: 'read',
      lifetime: 'run',
      open: () => {
        const kept = { value: '' }
        return Object.assign(kept, {
          [Symbol.dispose]() {
            throw new Error(`cannot close over ${kept.value}`)
          },
        })
      },
      execute({ value }, call) {
        call.instance.value = value
        return value
      },
    }),
  )
}

function replace(tools: readonly Tool[], name: string, make: (name: string) => Tool): readonly Tool[] {
  return tools.map((tool) => (tool.name === name ? make(name) : tool))
}
