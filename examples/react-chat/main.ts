/** The chat of `chat.tsx` on a real server: somebody asks, approves what the agent wants to do, and reads the answer. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Window } from 'happy-dom'
import { createElement, type FunctionComponent, StrictMode } from 'react'
import { defineTool } from 'toolcrib'
import type { ClientOptions } from 'toolcrib/client'
import { createScriptedModel, startTestServer } from 'toolcrib/testing'
import { transformWithOxc } from 'vite'
import { WebSocket } from 'ws'
import { z } from 'zod'

const water = defineTool({
  name: 'water_plants',
  description: 'Water the plants.',
  input: z.object({ litres: z.number() }),
  effect: 'write',
  execute: ({ litres }) => `${litres} litres`,
})
const model = createScriptedModel(({ messages }) =>
  messages.at(-1)?.role === 'tool'
    ? { text: ['The plants', ' are watered.'] }
    : { calls: [{ tool: 'water_plants', input: { litres: 2 } }] },
)
const policy = { allow: [{ tools: ['*'] }], approve: ['effect:write'] }
await using server = await startTestServer({ tools: [water], model, policy })
const headers = { authorization: `Bearer ${server.issue('ann')}` }
const options: ClientOptions = {
  url: server.url,
  connect: (url, protocols) => new WebSocket(url, [...protocols], { headers }),
}

// A bundler compiles the page for a browser; here it compiles it for a document in this process.
const source = join(import.meta.dirname, 'chat.tsx')
const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source, { jsx: { runtime: 'automatic' } })
const compiled = join(import.meta.dirname, `.compiled-${process.pid}.mjs`)
writeFileSync(compiled, code)
const window = new Window({ url: 'http://127.0.0.1/' })
Object.assign(globalThis, { window, document: window.document, FormData: window.FormData })
const { createRoot } = await import('react-dom/client')
type Page = { readonly Chat: FunctionComponent<{ readonly options: ClientOptions }> }
const { Chat }: Page = await import(compiled).finally(() => rmSync(compiled))

const root = createRoot(document.body)
root.render(createElement(StrictMode, null, createElement(Chat, { options })))
await until('Connected')
press('New chat')
await until('Send')
const field = document.querySelector('input')
assert(field !== null)
field.value = 'Water the plants, please'
press('Send')
await until('water_plants wants {"litres":2}')
press('Approve')
await until('The plants are watered.')

assert.equal(document.querySelector('h2')?.textContent, 'Water the plants, please')
assert.equal(document.querySelector('fieldset'), null)
root.unmount()

function press(label: string): void {
  const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === label)
  assert(button !== undefined, `expected a button "${label}" in: ${document.body.innerHTML}`)
  button.click()
}

function until(text: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.body.textContent?.includes(text) !== true) return
      watch.disconnect()
      resolve()
    }
    const watch = new window.MutationObserver(look)
    watch.observe(window.document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    look()
  })
}
