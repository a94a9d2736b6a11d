/**
 * `toolcrib token revoke`: asks a running server to take credentials back. It goes over HTTP, because that server holds the
 * data folder, and closes what they hold open.
 *
 * @module
 */
import { userInfo } from 'node:os'
import { signIn } from '../chat/sign-in.ts'
import { CliError } from '../errors.ts'
import { parseOptions, textOption } from '../options.ts'
import { printable } from '../printable.ts'
import { settingRules } from '../settings.ts'
import { type Command, exitCodes, print } from '../terminal.ts'

const defaultUrl = 'http://127.0.0.1:4600'

export const revoke: Command = async (terminal) => {
  const parsed = parseOptions(terminal.args, settingRules('user', 'id', 'url', 'name', 'token'))
  const user = textOption(parsed, 'user')
  const tokenId = textOption(parsed, 'id')
  if ((user === undefined) === (tokenId === undefined)) {
    throw new CliError('USAGE', { problem: 'Expected one of --user, whose tokens, and --id, the jti of one token' })
  }
  const { env } = terminal
  const server = await signIn({
    url: textOption(parsed, 'url') ?? env.TOOLCRIB_URL ?? defaultUrl,
    name: textOption(parsed, 'name') ?? userInfo().username,
    token: textOption(parsed, 'token') ?? env.TOOLCRIB_TOKEN,
  })
  await server.post('/v1/revocations', user === undefined ? { tokenId } : { user })
  const what = user === undefined ? `The token "${tokenId}"` : `Every token of "${user}" that was issued until now`
  print(terminal.stdout, printable(`${what} is revoked`))
  return exitCodes.done
}
