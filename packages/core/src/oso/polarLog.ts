import { inspect } from 'node:util'
import { print } from '../language/print.js'
import { spanText } from '../language/source.js'
import type { Recorder, TraceEvent } from '../machine/state/trace.js'
import { placeOf } from './location.js'

/**
 * The amount of logging, from the environment variable `POLAR_LOG`: nothing, the rules of queries,
 * or all their goals.
 */
export type LogLevel = 'off' | 'info' | 'trace'

/** The level, and whether lines go to standard error at once or to the program's normal output. */
export interface LogSettings {
  readonly level: LogLevel
  readonly now: boolean
}

/**
 * Reads `POLAR_LOG`, a list of `trace`, `debug`, `info`, `now`, `off` and `0`. Any other word
 * counts as `info`.
 */
export function logSettings(environment: NodeJS.ProcessEnv = process.env): LogSettings {
  // This runs for every query, and reading the environment is slow.
  const { POLAR_LOG: asked, RUST_LOG: traced } = environment
  if (!asked && !traced) return silent
  const words = (asked ?? '').split(',').filter(Boolean)
  const now = words.includes('now')
  if (words.includes('off') || words.includes('0')) return { level: 'off', now }
  if (words.includes('trace') || traced) return { level: 'trace', now }
  return { level: words.length > 0 ? 'info' : 'off', now }
}

const silent: LogSettings = { level: 'off', now: false }

/** Returns a recorder that logs queries in oso's format; undefined if logging is off. */
export function logRecorder({ level, now }: LogSettings): Recorder | undefined {
  if (level === 'off') return undefined
  return {
    record(event) {
      const entry = entryOf(event, level)
      if (!entry) return
      for (const line of entry.text.split('\n')) {
        const told = `[oso][${level}] ${'  '.repeat(entry.indent)}${line}`
        if (now) console.error(told)
        else console.log(told)
      }
    },
  }
}

interface Entry {
  readonly text: string
  readonly indent: number
}

function entryOf(event: TraceEvent, level: Exclude<LogLevel, 'off'>): Entry | undefined {
  switch (event.kind) {
    case 'goal': {
      const isCall = event.goal.kind === 'call'
      if (level !== 'trace' && !isCall) return undefined
      const values = [...event.values()].map(([name, value]) => `${name}: ${inspect(value)}`)
      const bindings = values.length > 0 ? `, BINDINGS: {${values.join(', ')}}` : ''
      return {
        text: `${isCall ? 'QUERY RULE' : 'QUERY'}: ${print(event.goal)}${bindings}`,
        indent: 2 * event.depth + 1,
      }
    }
    case 'rule': {
      const { head } = event.rule
      const { line, column } = head.source.position(head.start)
      return {
        text: `RULE: ${spanText(head)} at ${placeOf(head.source.name, line, column)}`,
        indent: 2 * event.depth,
      }
    }
    case 'failed':
      return level === 'trace' ? { text: `BACKTRACK: ${print(event.goal)}`, indent: 2 * event.depth + 1 } : undefined
    case 'solution':
      return { text: 'RESULT: SUCCESS', indent: 1 }
    case 'proven':
    case 'unmatched':
    case 'applied':
      return undefined
    default:
      return event satisfies never
  }
}
