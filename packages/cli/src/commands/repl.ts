import { readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inspect } from 'node:util'
import { ArcturusError, PolicyError } from '@arcturus/core'
import { printDiagnostic } from '../output/diagnostics.js'
import { Failure, reasonOf } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'
import type { Project } from '../project/project.js'
import { applicationModels } from '../project/rows.js'
import { coloured } from './explain.js'

/** A command of the session, such as `:load user 3`. */
type SessionCommand = readonly [
  usage: string,
  description: string,
  run: (args: readonly string[]) => void | Promise<void>,
]

/** The most solutions of a query that are printed. */
const mostSolutions = 20

/**
 * Reads queries in Polar, and prints their solutions. Rows of the database are variables, after
 * `:load user 3`.
 */
export async function repl(project: Project, output: Output): Promise<Result> {
  await project.load()
  const session = new Session(project, output)
  await session.run()
  return { code: 0, json: null }
}

class Session {
  readonly #bindings = new Map<string, unknown>()
  readonly #commands: ReadonlyMap<string, SessionCommand>
  #ended = false

  constructor(
    private readonly project: Project,
    private readonly output: Output,
  ) {
    const commands: readonly SessionCommand[] = [
      [':load user 3 [as ada]', 'binds a row of the database to a variable', (args) => this.#load(args)],
      [
        ':explain user read document',
        'explains a decision; rows are variables or references such as user:3',
        (args) => this.#explain(args),
      ],
      [':rows', 'lists the variables', () => this.#list()],
      [':reload', 'loads the policy again', () => this.#reload()],
      [':help', 'shows this help', () => this.#help()],
      [
        ':quit',
        'ends the session',
        () => {
          this.#ended = true
        },
      ],
    ]
    this.#commands = new Map(commands.map((one) => [one[0].split(' ', 1)[0]!, one]))
  }

  async run(): Promise<void> {
    const { io, colours } = this.output
    const isTerminal = io.stdin.isTTY === true && io.stdout.isTTY === true
    const file = isTerminal ? (io.env['ARCTURUS_HISTORY'] ?? join(homedir(), '.arcturus_history')) : undefined
    const lines = createInterface({
      input: io.stdin,
      ...(isTerminal && { output: io.stdout }),
      terminal: isTerminal,
      completer: (line: string) => this.#complete(line),
      history: file === undefined ? [] : readHistory(file),
      historySize: 1000,
      removeHistoryDuplicates: true,
    })
    if (file !== undefined) lines.on('history', (history: string[]) => writeHistory(file, history))
    const [first, more] = [colours.blue('polar> '), colours.blue('   ... ')]
    if (isTerminal)
      this.output.line(colours.dim('Queries in Polar, such as allow(user, "read", x). :help for commands.'))
    lines.setPrompt(first)
    if (isTerminal) lines.prompt()
    let text = ''
    for await (const line of lines) {
      // An empty line ends a query that is not complete.
      const isIncomplete = await this.#evaluate(`${text}${line}`, line.trim() !== '')
      text = isIncomplete ? `${text}${line}\n` : ''
      if (this.#ended) break
      lines.setPrompt(isIncomplete ? more : first)
      if (isTerminal) lines.prompt()
    }
    lines.close()
  }

  /** Runs a query or a command. Returns whether the query goes on in the next line. */
  async #evaluate(text: string, canGoOn: boolean): Promise<boolean> {
    const line = text.trim()
    if (line === '') return false
    try {
      if (line.startsWith(':')) await this.#command(line)
      else await this.#query(line.replace(/(?<![;\s])[;\s]+$/, ''))
    } catch (error) {
      if (canGoOn && error instanceof PolicyError && error.code === 'unexpected-end') return true
      this.#report(error)
    }
    return false
  }

  async #command(line: string): Promise<void> {
    const [name = '', ...args] = line.replace(/;$/, '').split(/\s+/)
    const command = this.#commands.get(name)
    if (!command)
      throw new Failure(`Unknown command "${name}".`, `use one of: ${[...this.#commands.keys()].join(', ')}`)
    const [, , run] = command
    await run(args)
  }

  async #query(text: string): Promise<void> {
    const { colours } = this.output
    let count = 0
    for await (const solution of this.project.authorizer.query(text, { bindings: this.#bindings })) {
      count++
      if (count > mostSolutions) {
        this.output.line(colours.dim(`… more than ${mostSolutions} solutions`))
        break
      }
      const found = [...solution].filter(([name]) => !this.#bindings.has(name))
      for (const [name, value] of found) this.output.line(`${name} = ${this.#show(value)}`)
    }
    this.output.line(count > 0 ? colours.green('true') : colours.red('false'))
  }

  async #load(args: readonly string[]): Promise<void> {
    const as = args.indexOf('as')
    const parts = as === -1 ? args : args.slice(0, as)
    const reference = parts.length > 1 ? `${parts[0]}:${parts.slice(1).join(',')}` : (parts[0] ?? '')
    if (reference === '') throw new Failure('No row is named.', 'write :load user 3, or :load user handle=ada as ada')
    const row = await this.project.row(reference)
    const name = as === -1 ? reference.split(':')[0]!.toLowerCase() : args[as + 1]
    if (name === undefined || !/^[a-z_]\w*$/i.test(name))
      throw new Failure('No variable is named after "as".', 'write :load user 3 as ada')
    this.#bindings.set(name, row)
    this.output.line(`${name} = ${this.#show(row)}`)
  }

  async #explain([actor, action, resource]: readonly string[]): Promise<void> {
    if (actor === undefined || action === undefined || resource === undefined)
      throw new Failure('An explanation needs an actor, an action and a resource.', 'write :explain user read document')
    const { loadExplanation } = await this.project.library('explain')
    const [who, what] = [await this.#row(actor), await this.#row(resource)]
    const name = action.replace(/^"(.*)"$/, '$1')
    const explanation = await loadExplanation(this.project.authorizer, who, name, what, { values: true })
    for (const line of String(explanation).split('\n')) this.output.line(coloured(line, this.output))
  }

  /** Returns a variable's value, or the row of a reference. */
  async #row(text: string): Promise<unknown> {
    return this.#bindings.has(text) ? this.#bindings.get(text) : this.project.row(text)
  }

  #list(): void {
    if (this.#bindings.size === 0) this.output.line('none; load one: :load user 3')
    for (const [name, row] of this.#bindings) this.output.line(`${name} = ${this.#show(row)}`)
  }

  async #reload(): Promise<void> {
    const warnings = await this.project.load()
    for (const warning of warnings) printDiagnostic(this.output, warning)
    this.output.line('The policy is loaded.')
  }

  #help(): void {
    this.output.line('A query in Polar prints its solutions: has_role(user, role, repository)')
    const width = Math.max(...[...this.#commands.values()].map(([usage]) => usage.length))
    for (const [usage, description] of this.#commands.values())
      this.output.line(`  ${usage.padEnd(width)}  ${description}`)
  }

  #complete(line: string): [string[], string] {
    const word = /(?<![:\w])[:\w]*$/.exec(line)![0]
    const { policy } = this.project.authorizer
    const first = line.startsWith(':') ? this.#commands.keys() : (policy?.rules.keys() ?? [])
    const names = [...first, ...this.#bindings.keys(), ...applicationModels(this.project.authorizer)]
    const found = [...new Set(names)].filter((name) => name.startsWith(word)).sort()
    return [found, word]
  }

  #show(value: unknown): string {
    const model = this.project.authorizer.modelOf(value)
    const { colours } = this.output
    const text = inspect(value, { depth: 1, colors: colours.isColorSupported, breakLength: 100 })
    const isRow = model !== undefined && applicationModels(this.project.authorizer).includes(model)
    return !isRow || text.startsWith(model) ? text : `${model} ${text}`
  }

  #report(error: unknown): void {
    const { colours } = this.output
    if (error instanceof PolicyError) {
      for (const diagnostic of error.diagnostics) printDiagnostic(this.output, diagnostic)
      return
    }
    const hint = error instanceof Failure ? error.hint : undefined
    const message = error instanceof ArcturusError ? error.message : reasonOf(error)
    this.output.line(`${colours.red('error:')} ${message}`)
    if (hint !== undefined) this.output.line(`hint: ${hint}`)
  }
}

/** Returns the lines of earlier sessions, the newest first. */
function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

/** A folder without write permission has no history. */
function writeHistory(file: string, history: readonly string[]): void {
  try {
    writeFileSync(file, history.join('\n'), { mode: 0o600 })
  } catch {}
}
