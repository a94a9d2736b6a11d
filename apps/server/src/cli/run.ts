/**
 * Finds the command and runs it.
 *
 * @module
 */
import { nearestWord } from '../config/nearest.ts'
import { version } from '../version.ts'
import { CliError } from './errors.ts'
import { explain } from './explain.ts'
import { help } from './help.ts'
import { type Command, exitCodes, print, type Terminal } from './terminal.ts'

const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['start', async () => (await import('./start.ts')).start],
  ['chat', async () => (await import('./chat.ts')).chat],
  ['tools', async () => (await import('./tools.ts')).tools],
  ['token', async () => (await import('./token.ts')).token],
])

/** Answers the exit code: 0 done, 1 failed, 2 the command line cannot be understood. Never throws. */
export async function runCli(terminal: Terminal): Promise<number> {
  const [name = 'help', ...args] = terminal.args
  try {
    if (name === '--version' || name === '-v' || name === 'version') return say(terminal, version)
    if (name === 'help' || name === '--help' || name === '-h') return say(terminal, help(args[0]))
    const load = commands.get(name)
    if (load === undefined) throw new CliError('USAGE', { problem: unknownCommand(name) })
    if (args.includes('--help') || args.includes('-h')) return say(terminal, help(name))
    const command = await load()
    return await command({ ...terminal, args })
  } catch (error) {
    print(terminal.stderr, explain(error))
    if (!(error instanceof CliError) || error.code !== 'USAGE') return exitCodes.failed
    print(terminal.stderr, `See: toolcrib ${commands.has(name) ? `${name} ` : ''}--help`)
    return exitCodes.usage
  }
}

function say(terminal: Terminal, text: string): number {
  print(terminal.stdout, text)
  return exitCodes.done
}

function unknownCommand(name: string): string {
  const near = nearestWord(name, commands.keys())
  return `There is no command "${name}"; ${near === undefined ? `known are ${[...commands.keys()].join(', ')}` : `perhaps "${near}" was meant`}`
}
