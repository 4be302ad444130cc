import { createInterface } from 'node:readline'
import type { REPLServer } from 'node:repl'
import { inspect } from 'node:util'
import type { QueryResult } from './types.js'

/** The query interface of a session. */
export interface Session {
  loadFiles(filenames: readonly string[]): Promise<void>
  query(query: string): QueryResult
}

interface Colours {
  readonly blue: string
  readonly red: string
  readonly reset: string
}

/**
 * Reads queries and prints their bindings, then `true`, or `false` if there is no result. Inside
 * the REPL of Node, that REPL becomes the session. If a policy can't be loaded, the error is
 * printed, and the session starts without it.
 */
export async function startRepl(session: Session, files: readonly string[]): Promise<void> {
  const colours = coloursOf(process.stdout, process.stderr)
  try {
    await session.loadFiles(files)
  } catch (error) {
    printError(error, colours)
  }
  const prompt = `${colours.blue}query> ${colours.reset}`
  const host = nodeRepl()
  if (host) takeOver(host, session, prompt, colours)
  else read(session, prompt, colours)
}

/**
 * Runs the lines of standard input one after the other, so that results appear below their queries.
 */
function read(session: Session, prompt: string, colours: Colours): void {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt, tabSize: 4 })
  let answered = Promise.resolve()
  lines.prompt()
  lines.on('line', (line) => {
    answered = answered.then(async () => {
      const result = await evaluate(session, line, colours)
      if (result !== undefined) console.log(result)
      lines.prompt()
    })
  })
}

function takeOver(host: REPLServer, session: Session, prompt: string, colours: Colours): void {
  host.setPrompt(prompt)
  Object.assign(host, {
    eval: async (text: string, _context: unknown, _file: string, done: (error: null, result: unknown) => void) =>
      done(null, await evaluate(session, text, colours)),
  })
}

/** Returns the REPL of Node, if this runs inside it. */
function nodeRepl(): REPLServer | undefined {
  const host: unknown = (globalThis as { readonly repl?: { readonly repl?: unknown } }).repl?.repl
  // Sound: Node stores its server there.
  return host as REPLServer | undefined
}

/**
 * Runs one line. Returns whether there were results; undefined for an empty line or after an error.
 */
export async function evaluate(
  session: Session,
  line: string,
  colours: Colours = noColours,
): Promise<boolean | undefined> {
  const query = line.trim().replace(/(?<!;);+$/, '')
  if (query === '') return undefined
  try {
    const results: Map<string, unknown>[] = []
    for await (const result of session.query(query)) results.push(result)
    for (const result of results) for (const [name, value] of result) console.log(`${name} = ${inspect(value)}`)
    return results.length > 0
  } catch (error) {
    printError(error, colours)
    return undefined
  }
}

function printError(error: unknown, { red, reset }: Colours): void {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  console.error(`${red}${name}${reset}`)
  console.error(message)
}

const noColours: Colours = { blue: '', red: '', reset: '' }

function coloursOf(...streams: readonly NodeJS.WriteStream[]): Colours {
  const coloured = streams.every((stream) => typeof stream.getColorDepth === 'function' && stream.getColorDepth() >= 4)
  return coloured ? { blue: '\u001b[34m', red: '\u001b[31m', reset: '\u001b[0m' } : noColours
}
