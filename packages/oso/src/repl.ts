import { createInterface } from 'node:readline'
import type { REPLServer } from 'node:repl'
import { inspect, styleText } from 'node:util'
import type { QueryResult } from './types.js'

/** The query interface of a session. */
export interface Session {
  loadFiles(filenames: readonly string[]): Promise<void>
  query(query: string): QueryResult
}

/**
 * Reads queries and prints their bindings, then `true`, or `false` if there is no result. Inside
 * the REPL of Node, that REPL becomes the session. If a policy can't be loaded, the error is
 * printed, and the session starts without it.
 */
export async function startRepl(session: Session, files: readonly string[]): Promise<void> {
  try {
    await session.loadFiles(files)
  } catch (error) {
    printError(error)
  }
  const prompt = coloured('blue', 'query> ')
  const host = nodeRepl()
  if (host) takeOver(host, session, prompt)
  else read(session, prompt)
}

/**
 * Runs the lines of standard input one after the other, so that results appear below their queries.
 */
function read(session: Session, prompt: string): void {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt, tabSize: 4 })
  let answered = Promise.resolve()
  lines.prompt()
  lines.on('line', (line) => {
    answered = answered.then(async () => {
      const result = await evaluate(session, line)
      if (result !== undefined) console.log(result)
      lines.prompt()
    })
  })
}

function takeOver(host: REPLServer, session: Session, prompt: string): void {
  host.setPrompt(prompt)
  Object.assign(host, {
    eval: async (text: string, _context: unknown, _file: string, done: (error: null, result: unknown) => void) =>
      done(null, await evaluate(session, text)),
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
export async function evaluate(session: Session, line: string): Promise<boolean | undefined> {
  const query = line.trim().replace(/(?<!;);+$/, '')
  if (query === '') return undefined
  try {
    const results: Map<string, unknown>[] = []
    for await (const result of session.query(query)) results.push(result)
    for (const result of results) for (const [name, value] of result) console.log(`${name} = ${inspect(value)}`)
    return results.length > 0
  } catch (error) {
    printError(error)
    return undefined
  }
}

function printError(error: unknown): void {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  console.error(coloured('red', name))
  console.error(message)
}

/** Colours a text if both outputs are terminals with colours. */
function coloured(colour: 'blue' | 'red', text: string): string {
  const { stdout, stderr } = process
  return [stdout, stderr].every((stream) => stream.isTTY && stream.getColorDepth() >= 4)
    ? styleText(colour, text)
    : text
}
