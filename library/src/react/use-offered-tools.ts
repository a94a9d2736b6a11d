/** Tools of the page, offered to this user's agents as long as the component is there. @module */
import { useEffect, useState } from 'react'
import type { Client, ClientTool } from '../client/client.ts'
import type { OfferVerdict } from '../protocol/offered-tool.ts'
import type { Failure } from '../protocol/vocabulary.ts'
import { failureOf } from './errors.ts'
import { usePageState } from './page-state.ts'

export interface OfferedTools {
  /** One for each tool, in order; undefined until the server has judged them. */
  readonly verdicts: readonly OfferVerdict[] | undefined
  /** Why the server takes none of them. */
  readonly refusal: Failure | undefined
}

interface Told extends OfferedTools {
  readonly client: Client
  readonly tools: readonly ClientTool[]
}

const nothing: OfferedTools = Object.freeze({ verdicts: undefined, refusal: undefined })

/** @param tools - Contract: the same array as long as they are the same; another one is another offer. */
export function useOfferedTools(tools: readonly ClientTool[]): OfferedTools {
  const { client } = usePageState('useOfferedTools')
  const [told, setTold] = useState<Told>()

  useEffect(() => {
    const onVerdicts = (verdicts: readonly OfferVerdict[]): void =>
      setTold({ client, tools, verdicts, refusal: undefined })
    const onRefused = (refusal: Failure): void => setTold({ client, tools, verdicts: undefined, refusal })
    try {
      const offer = client.offerTools(tools, { onVerdicts, onRefused })
      return () => offer[Symbol.dispose]()
    } catch (error) {
      // A client that is closed takes no offer.
      onRefused(failureOf(error))
      return undefined
    }
  }, [client, tools])

  return told?.client === client && told.tools === tools ? told : nothing
}
