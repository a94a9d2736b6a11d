/**
 * The help texts.
 *
 * @module
 */
const general = `Toolcrib: a chat server in which every user's agent holds exactly its own tools, and gives them back

Usage: toolcrib <command> [options]

  start    start the server
  chat     talk to a server from this terminal
  tools    show which tools would be admitted, which not, and why
  token    sign a token for a user, with this server's secret

  toolcrib <command> --help tells its options; toolcrib --version the version.

Settings come from toolcrib.config.ts in this folder and from environment variables; docs/configuration.md lists them.`

const settings = `Options (each wins over its variable):
  --config FILE      TOOLCRIB_CONFIG     the config file (default: toolcrib.config.ts here, if there is one)
  --data FOLDER      TOOLCRIB_DATA       where threads and notes are kept (default: ./.toolcrib)
  --documents FOLDER TOOLCRIB_DOCUMENTS  Markdown and text for the document tools
  --model NAME       TOOLCRIB_MODEL      builtin, PROVIDER:MODEL, or openai-compatible:MODEL@BASE_URL`

const byCommand: ReadonlyMap<string, string> = new Map([
  [
    'start',
    `Usage: toolcrib start [options]

Starts the server and serves until SIGINT (Ctrl-C) or SIGTERM: then runs at work may end, everybody is told goodbye, and
the exit code is 0. A second signal ends it at once. A start that is refused says why and exits with 1.

${settings}
  --port PORT        TOOLCRIB_PORT       0: any free one (default: 4600)
  --host HOST        TOOLCRIB_HOST       (default: 127.0.0.1)
  --log LEVEL        TOOLCRIB_LOG        silent, error, warn, info, debug; written to standard error (default: info)`,
  ],
  [
    'chat',
    `Usage: toolcrib chat [options] [question]

With a question, or with one piped in, prints the answer and exits: 0 when the run completed, 1 when it did not. Without,
talks until Ctrl-D.

Options:
  --url URL       TOOLCRIB_URL    the server (default: http://127.0.0.1:4600)
  --name NAME                     who to sign in as, on a server with the development sign-in (default: your user name)
  --token TOKEN   TOOLCRIB_TOKEN  a token of the issuer, on a server that has one
  --thread ID                     go on with this thread (default: a new one)
  --agent NAME                    the agent to ask (default: the server's)

While talking: /new, /threads, /open N, /tools, /agent, /model, /retry, /stop, /help, /quit. Ctrl-C stops the answer; twice quits.`,
  ],
  [
    'tools',
    `Usage: toolcrib tools [options]

Prints every tool that the server would offer, every one that it would refuse with the reason, and rules that select
nothing. Starts nothing and may run beside a server. Exits with 1 when a tool is refused.

${settings}
  --json             print the verdicts as JSON`,
  ],
  [
    'token',
    `Usage: toolcrib token --user USER [options]

Prints a signed token (HS256): with TOOLCRIB_JWT_SECRET if that is set, otherwise with the secret of the data folder, for
a server with the development sign-in. Tokens of an issuer with public keys can only be had from that issuer.

Options:
  --user USER        who it is for
  --tenant TENANT    (default: local)
  --name NAME        a name for people
  --roles A,B        (default: user)
  --scopes A,B       (default: none)
  --ttl DURATION     such as 90s, 15m, 1h, 30d (default: 1h)
  --data FOLDER, --config FILE       as in toolcrib start

Usage: toolcrib token revoke --user USER | --id JTI [options]

Asks a running server to take back every token of a user that was issued until now, or one token by its id ("jti"): what
they hold open is closed, and they no longer count. Needs an operator.

Options:
  --url URL       TOOLCRIB_URL    the server (default: http://127.0.0.1:4600)
  --token TOKEN   TOOLCRIB_TOKEN  the operator's token, on a server that has an issuer
  --name NAME                     who to sign in as, on a server with the development sign-in`,
  ],
])

export function help(command: string | undefined): string {
  return byCommand.get(command ?? '') ?? general
}
