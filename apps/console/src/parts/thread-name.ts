import type { Thread } from 'toolcrib/protocol'

/** A chat is named after its first message: until that has come it has no title, and still wants a name. */
export function threadName({ title }: Pick<Thread, 'title'>): string {
  return title === '' ? 'New chat' : title
}
