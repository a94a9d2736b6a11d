/**
 * One client for all hooks below. The law: a client that was made here is closed here; one that was given is its giver's.
 *
 * @module
 */
import {
  createElement,
  type ReactElement,
  type ReactNode,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Client, ClientClock, ClientOptions } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import { createPageState, PageStateContext } from './page-state.ts'

export type ToolcribProviderProps = GivenClientProps | OwnClientProps

interface GivenClientProps {
  readonly children?: ReactNode
  /** Its owner closes it. */
  readonly client: Client
  /** By which elapsed and remaining times are told. Default: the system's. */
  readonly clock?: ClientClock
}

interface OwnClientProps {
  readonly children?: ReactNode
  /**
   * A client is made of them when this is mounted, and closed when it is unmounted. Another `url` makes another client; the
   * rest is read once.
   */
  readonly options: ClientOptions
  /** Shown until there is a client: on a server, and in the first frame. */
  readonly fallback?: ReactNode
}

interface OwnClient {
  readonly url: string
  readonly client: Client
  /** Mounts that need it. */
  mounts: number
}

export function ToolcribProvider(props: ToolcribProviderProps): ReactElement {
  return 'client' in props ? createElement(GivenClient, props) : createElement(MadeClient, props)
}

function GivenClient({ client, clock = systemClock, children }: GivenClientProps): ReactElement {
  const state = useMemo(() => createPageState(client, clock), [client, clock])
  return createElement(PageStateContext.Provider, { value: state }, children)
}

function MadeClient({ options, fallback, children }: OwnClientProps): ReactNode {
  const { url, clock } = options
  const [shown, setShown] = useState<OwnClient>()
  const current = useRef<OwnClient>(undefined)
  const make = useEffectEvent((): OwnClient => ({ url, client: createClient(options), mounts: 0 }))

  useEffect(() => {
    const own = current.current?.url === url ? current.current : make()
    current.current = own
    own.mounts += 1
    setShown(own)
    return () => {
      own.mounts -= 1
      // Not at once: strict mode takes everything away to put it back, and would open two connections.
      queueMicrotask(() => {
        if (own.mounts > 0) return
        own.client.close()
        if (current.current === own) current.current = undefined
      })
    }
  }, [url])

  if (shown?.url !== url) return fallback
  return createElement(GivenClient, { client: shown.client, ...(clock === undefined ? {} : { clock }) }, children)
}

const systemClock: ClientClock = {
  now: () => Date.now(),
  setTimeout(fn, delayMs) {
    const timer = setTimeout(fn, delayMs)
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}
