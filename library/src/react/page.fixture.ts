/**
 * A page for the tests of the hooks: a real renderer on a document, whose frames a test may hold back. What a hook answers is
 * captured at each render; nothing is awaited but that.
 */
import { Window } from 'happy-dom'
import { createElement, type ReactElement, type ReactNode, StrictMode } from 'react'
import { WebSocket } from 'ws'
import type { Client, ClientClock, ClientOptions, WebSocketLike } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import { type Capture, createCapture } from '../testing/capture.ts'
import type { TestServer } from '../testing/server.ts'
import { ToolcribProvider } from './toolcrib-provider.ts'

const window = new Window({ url: 'http://127.0.0.1/' })
let held: (() => void)[] | undefined

Object.assign(globalThis, {
  window,
  document: window.document,
  requestAnimationFrame: (draw: () => void): number | NodeJS.Immediate => {
    if (held === undefined) return setImmediate(draw)
    held.push(draw)
    return 0
  },
  cancelAnimationFrame: (frame: NodeJS.Immediate | number) => clearImmediate(frame as NodeJS.Immediate),
})
// Looks for a document when it is loaded.
const { createRoot, hydrateRoot } = await import('react-dom/client')

/** From now on no frame is drawn, as in a tab that nobody looks at, until what it answers is disposed. */
export function holdFrames(): Disposable {
  held = []
  return {
    [Symbol.dispose]() {
      const waiting = held ?? []
      held = undefined
      for (const draw of waiting) draw()
    },
  }
}

export interface TestPage extends Disposable {
  readonly text: string
  show(element: ReactNode): void
}

/** An empty page; `html`: as a server had rendered it, taken over by the element. */
export function openPage(html?: { readonly text: string; readonly element: ReactNode }): TestPage {
  const container = document.createElement('div')
  document.body.append(container)
  if (html !== undefined) container.innerHTML = html.text
  const root = html === undefined ? createRoot(container) : hydrateRoot(container, html.element)
  return {
    get text() {
      return container.textContent ?? ''
    },
    show: (element) => root.render(element),
    [Symbol.dispose]() {
      root.unmount()
      container.remove()
    },
  }
}

export interface Probe<T, P> {
  /** What the hook answered, at each render. */
  readonly seen: Capture<T>
  /** A component that calls it. */
  readonly with: (props: P) => ReactElement
}

export function probe<T, P extends object = object>(use: (props: P) => T): Probe<T, P> {
  const seen = createCapture<T>()
  const component = (props: P): null => {
    seen.listener(use(props))
    return null
  }
  return { seen, with: (props) => createElement(component, props) }
}

/** In strict mode, which mounts everything twice. */
export function under(given: Client | GivenClient, ...children: readonly ReactNode[]): ReactElement {
  const props = 'clock' in given ? given : { client: given }
  return createElement(StrictMode, null, createElement(ToolcribProvider, props, ...children))
}

interface GivenClient {
  readonly client: Client
  readonly clock: ClientClock
}

export interface RecordedLine {
  readonly options: ClientOptions
  readonly client: Client
  /** The types of all commands that were sent. */
  readonly sent: readonly string[]
  /** How often it connected. */
  readonly connects: () => number
}

/** What a client is made of that writes down what it sends. Its `client` is made when it is asked for. */
export function recordedLine(server: TestServer, user: string): RecordedLine {
  const sent: string[] = []
  const headers = { authorization: `Bearer ${server.issue(user)}` }
  let connects = 0
  const connect = (url: string, protocols: readonly string[]): WebSocketLike => {
    connects += 1
    const socket = new WebSocket(url, [...protocols], { headers })
    const send = socket.send.bind(socket)
    socket.send = (data: string): void => {
      sent.push(JSON.parse(data).type)
      send(data)
    }
    return socket
  }
  const options: ClientOptions = { url: server.url, connect, minBackoffMs: 1 }
  let client: Client | undefined
  return {
    options,
    get client() {
      client ??= createClient(options)
      return client
    },
    sent,
    connects: () => connects,
  }
}
