/**
 * `toolcrib start`: serves until it is told to stop. The law: the first signal is a request, the second an order.
 *
 * @module
 */

import type { ServerConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { type RunningServer, startServer } from '../server.ts'
import { createStrayFaults } from '../stray-faults.ts'
import { version } from '../version.ts'
import { parseOptions } from './options.ts'
import { configOf, settingRules } from './settings.ts'
import { type Command, exitCodes, print } from './terminal.ts'

export const start: Command = async (terminal) => {
  const parsed = parseOptions(
    terminal.args,
    settingRules('config', 'data', 'documents', 'model', 'port', 'host', 'log'),
  )
  const stopping = Promise.withResolvers<void>()
  let signals = 0
  // Heard from the beginning, so that a start that is interrupted is closed in order as well.
  using _signals = terminal.onSignal((signal) => {
    signals += 1
    if (signals === 1) stopping.resolve()
    else terminal.exit(signal === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted)
  })

  const config = await configOf(terminal, parsed)
  const log = createLog({ level: config.logLevel })
  const strayFaults = createStrayFaults(log)
  using _stray = terminal.onStrayFault(strayFaults.record)
  const server = await startServer(config, { log, strayFaults })
  print(terminal.stdout, greeting(server, config))
  log.info({ url: server.url, model: server.model, version }, 'serving')

  await stopping.promise
  const running = server.supervisor.active().length
  if (running > 0)
    print(terminal.stdout, `Stopping; ${running} at work, waiting up to ${config.limits.drainMs / 1_000} s`)
  await server.close()
  log.info('stopped')
  return exitCodes.done
}

function greeting({ url, model, tools }: RunningServer, config: ServerConfig): string {
  const address = config.publicUrl ?? url
  const hint = config.model === 'builtin' ? ' (small and offline; set TOOLCRIB_MODEL to connect a real one)' : ''
  const lines = [
    `Toolcrib ${version} serves ${address}`,
    '',
    `  model    ${model}${hint}`,
    `  tools    ${tools.length === 0 ? 'none' : tools.join(', ')}`,
    `  data     ${config.dataFolder}`,
    ...(config.file === null ? [] : [`  config   ${config.file}`]),
    `  sign in  ${signInHint(address, config)}`,
    '',
    'Ctrl-C stops it.',
  ]
  return lines.join('\n')
}

function signInHint(address: string, { auth, port }: ServerConfig): string {
  if (!auth.developmentSignIn) return `with a token of ${auth.jwt?.issuer ?? 'the configured issuer'}`
  const where = port === 4_600 ? '' : ` --url ${address}`
  return `open ${address} and choose a name, or talk from another terminal: npm run chat --${where} --name ann`
}
