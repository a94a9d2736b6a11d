/**
 * One client for all hooks below. The law: a client that was made here is closed here; one that was given is its giver's.
 *
 * @module
 */
import { createElement, type ReactElement, type ReactNode, useEffect, useEffectEvent, useMemo, useState } from 'react'
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

interface MadeFor {
  readonly url: string
  readonly client: Client
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
  const [shown, setShown] = useState<MadeFor>()
  const make = useEffectEvent(() => createClient(options))

  useEffect(() => {
    // Strict mode makes two; the first is closed before it connects.
    const client = make()
    setShown({ url, client })
    return () => client.close()
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
