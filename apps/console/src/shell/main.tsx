import { createContext, type HTMLAttributes, useContext } from 'react'

const WithinContext = createContext(false)

/** What the page is about: one landmark, however many of these stand in each other, such as a crash in its room. */
export function Main(props: HTMLAttributes<HTMLElement>) {
  if (useContext(WithinContext)) return <div {...props} />
  return (
    <WithinContext value={true}>
      <main {...props} />
    </WithinContext>
  )
}
