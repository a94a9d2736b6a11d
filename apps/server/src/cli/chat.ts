/**
 * `toolcrib chat`: a terminal client.
 *
 * @module
 */
import { userInfo } from 'node:os'
import { text } from 'node:stream/consumers'
import { type Client, createClient } from 'toolcrib/client'
import { askOnce } from './chat/one-question.ts'
import { signIn } from './chat/sign-in.ts'
import { talk } from './chat/talk.ts'
import { CliError } from './errors.ts'
import { parseOptions, textOption } from './options.ts'
import { settingRules } from './settings.ts'
import type { Command } from './terminal.ts'

const defaultUrl = 'http://127.0.0.1:4600'
const connectTimeoutMs = 10_000

export const chat: Command = async (terminal) => {
  const rules = settingRules('url', 'name', 'token', 'thread', 'agent')
  const parsed = parseOptions(terminal.args, rules, { positionals: true })
  const { env, stdin } = terminal
  const asked = parsed.positionals.join(' ').trim()
  const question = asked === '' && stdin.isTTY !== true ? (await text(stdin)).trim() : asked
  if (question === '' && stdin.isTTY !== true)
    throw new CliError('USAGE', { problem: 'Expected a question, as an argument or on standard input' })

  const signedIn = await signIn({
    url: textOption(parsed, 'url') ?? env.TOOLCRIB_URL ?? defaultUrl,
    name: textOption(parsed, 'name') ?? userInfo().username,
    token: textOption(parsed, 'token') ?? env.TOOLCRIB_TOKEN,
  })
  await using client = createClient({
    url: signedIn.socketUrl,
    ticket: () => signedIn.ticket(),
    headers: async () => ({ authorization: `Bearer ${signedIn.token}` }),
  })
  await connected(client)
  const options = { client, terminal, threadId: textOption(parsed, 'thread'), agent: textOption(parsed, 'agent') }
  // Awaited here, because the client is closed when this function is left.
  return await (question === '' ? talk(options) : askOnce({ ...options, question }))
}

async function connected(client: Client): Promise<void> {
  const opened = Promise.withResolvers<void>()
  const timer = setTimeout(
    () => opened.reject(new CliError('CONVERSATION_ENDED', { reason: 'the server opens no socket' })),
    connectTimeoutMs,
  )
  const look = (): void => {
    const { status } = client
    if (status.state === 'open') opened.resolve()
    if (status.state === 'closed') opened.reject(new CliError('CONVERSATION_ENDED', { reason: status.reason }))
  }
  using _status = client.onStatus(look)
  look()
  try {
    await opened.promise
  } finally {
    clearTimeout(timer)
  }
}
