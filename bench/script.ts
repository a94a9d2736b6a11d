/**
 * What every system is made to do in the benchmarks of runs: call `add` so many times, one call a step, then answer in so
 * many deltas. The model is scripted and answers at once, so that what is measured is the system around it.
 *
 * @module
 */
export interface RunScript {
  readonly calls: number
  readonly deltas: number
  /** Tools in scope; `add` is one of them. Default 1. */
  readonly tools?: number
}

/** One run, from the message to the whole answer; resolves with the answer. */
export type RunOnce = () => Promise<string>

export function answerDeltas(script: RunScript): readonly string[] {
  return Array.from({ length: script.deltas }, (_, index) => `word${index} `)
}

/** Names of the tools beside `add`. */
export function otherTools({ tools = 1 }: RunScript): readonly string[] {
  return Array.from({ length: tools - 1 }, (_, index) => `tool_${index}`)
}

export function add(input: { readonly a: number; readonly b: number }): number {
  return input.a + input.b
}
