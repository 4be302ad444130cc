import {
  type Goal as Expression,
  formatTerm,
  type Host,
  print,
  type Query,
  type Recorder,
  type RuleCall,
  type Solution,
  spanText,
  type TraceEvent,
  Variable,
} from '@arcturus/core/internal/oso'
import { placeOf } from './location.js'

/**
 * The amount of logging, from the environment variable `POLAR_LOG`: nothing, the rules of queries,
 * or all their goals.
 */
type LogLevel = 'off' | 'info' | 'trace'

/** The level, and whether lines go to standard error at once or to the program's normal output. */
interface LogSettings {
  readonly level: LogLevel
  readonly now: boolean
}

/**
 * Reads `POLAR_LOG`, a list of `trace`, `debug`, `info`, `now`, `off` and `0`. Any other word
 * counts as `info`. `RUST_LOG` turns on all of it.
 * @param asked - Default: the value of `POLAR_LOG` now, which a program can change.
 * @param traced - Default: the value of `RUST_LOG` when the program started.
 */
export function logSettings(
  asked: string | undefined = process.env['POLAR_LOG'],
  traced: string | undefined = rustLog,
): LogSettings {
  if (!asked && !traced) return silent
  const words = (asked ?? '').split(',').filter(Boolean)
  const now = words.includes('now')
  if (words.includes('off') || words.includes('0')) return { level: 'off', now }
  if (words.includes('trace') || traced) return { level: 'trace', now }
  return { level: words.length > 0 ? 'info' : 'off', now }
}

/** Read once: each reading of the environment takes as long as a twentieth of a check. */
const rustLog: string | undefined = process.env['RUST_LOG']

const silent: LogSettings = { level: 'off', now: false }

/** Returns the log of one query; undefined if logging is off. */
export function queryLog(host: Host): QueryLog | undefined {
  const settings = logSettings()
  return settings.level === 'off' ? undefined : new QueryLog(settings, host)
}

/** Logs a query in oso's format. */
class QueryLog implements Recorder {
  /** Whether a rule matched the last call, by the depth of the call. */
  readonly #matched: boolean[] = []

  constructor(
    private readonly settings: LogSettings,
    private readonly host: Host,
  ) {}

  /** Returns the query, whose beginning and results are logged as well. */
  watch(query: Query, goal: Expression | RuleCall): Query {
    const isCall = 'rule' in goal
    if (isCall) this.#write(`QUERY RULE: ${goal.rule}(${goal.args.map((arg) => this.#show(arg)).join(', ')})`, 1)
    const told = (solution: Solution | undefined): Solution | undefined => {
      if (solution) this.#write(this.#result(solution), 1)
      else if (isCall) this.#tellUnmatched(0)
      return solution
    }
    return {
      next() {
        const solution = query.next()
        return solution instanceof Promise ? solution.then(told) : told(solution)
      },
      nextSync: () => told(query.nextSync()),
      close: () => query.close(),
    }
  }

  record(event: TraceEvent): void {
    const isTrace = this.settings.level === 'trace'
    switch (event.kind) {
      case 'goal': {
        const { goal, depth } = event
        const isCall = goal.kind === 'call'
        if (isCall) this.#matched[depth] = false
        if (!isCall && !isTrace) return
        const known = [...event.values()].filter(([, value]) => !(value instanceof Variable))
        const values = known.map(([name, value]) => `${name}: ${this.#show(value)}`).join(', ')
        const bindings = values && `, BINDINGS: {${values}}`
        this.#write(`${isCall ? 'QUERY RULE' : 'QUERY'}: ${print(goal)}${bindings}`, 2 * depth + 1)
        break
      }
      case 'rule': {
        const { rule, depth } = event
        this.#matched[depth - 1] = true
        const { line, column } = rule.head.source.position(rule.head.start)
        this.#write(`RULE: ${spanText(rule.head)} at ${placeOf(rule.head.source.name, line, column)}`, 2 * depth)
        break
      }
      case 'failed': {
        const { goal, depth, wasProven, metLoop } = event
        if (goal.kind === 'call' && !wasProven && !metLoop) this.#tellUnmatched(depth)
        if (isTrace) this.#write(`BACKTRACK: ${print(goal)}`, 2 * depth + 1)
        break
      }
      case 'proven':
      case 'unmatched':
      case 'applied':
      case 'solution':
        break
      default:
        event satisfies never
    }
  }

  #tellUnmatched(depth: number): void {
    if (!this.#matched[depth]) this.#write('No matching rules found', 2 * depth + 2)
  }

  #result(solution: Solution): string {
    if (solution.size === 0) return 'RESULT: SUCCESS'
    return `RESULT: {\n${[...solution].map(([name, value]) => `  ${name}: ${this.#show(value)}\n`).join('')}}`
  }

  #show(value: unknown): string {
    return value instanceof Variable ? value.name : formatTerm(this.host, value)
  }

  #write(text: string, indent: number): void {
    const { level, now } = this.settings
    for (const line of text.split('\n')) {
      const told = `[oso][${level}] ${'  '.repeat(indent)}${line}`
      if (now) console.error(told)
      else console.log(told)
    }
  }
}
