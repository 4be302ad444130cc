import { Fault } from '../values/fault.js'
import { type Account, charge } from './account.js'
import { EngineRegExp, type RegExpEngine } from './engine.js'
import { Unanalyzed } from './pattern.js'
import { patternSteps } from './patternCost.js'
import { callPlain, isRegExp, isTextMethod, type Method, patternMethods, resultUnits, textOf } from './plainCall.js'

/** Units for a step of a regular expression. */
const perPatternStep = 8

/**
 * Calls a method of a value, after charging for its worst case. Methods of regular expressions, and methods of texts that
 * take them, are charged for the steps of the pattern; all others as by `callPlain`.
 * @param engine - Makes the regular expressions, in place of JavaScript's own.
 * @throws Fault `unsafe-pattern` for a pattern that can backtrack exponentially.
 * @throws the errors of the account and of the method.
 */
export function callMethod(
  target: Method,
  receiver: unknown,
  method: string,
  args: readonly unknown[],
  account: Account,
  engine: RegExpEngine | undefined,
): unknown {
  if (isRegExp(receiver) && (method === 'test' || method === 'exec'))
    return callOfRegExp(receiver, method, args, account, engine)
  if (!isTextMethod(target, receiver, method) || !patternMethods.has(method))
    return callPlain(target, receiver, method, args, account)
  const text = String(receiver)
  const settled = args.map((arg) => textOf(arg, account))
  const pattern = patternOf(method, settled[0], engine)
  if (!pattern) return callPlain(target, text, method, settled, account)
  const { source, flags } = pattern
  const isForAll = flags.includes('g') || method === 'split'
  const units = patternUnits(source, flags, text, isForAll, engine)
  charge(account, units + resultUnits(method, text, isForAll, settled[1]))
  return Reflect.apply(target, text, [pattern, ...settled.slice(1)])
}

/**
 * Returns the regular expression that a method of a text uses. Returns undefined if the method
 * searches for a text, or for an object that the application made.
 */
function patternOf(method: string, arg: unknown, engine: RegExpEngine | undefined): RegExp | EngineRegExp | undefined {
  if (isRegExp(arg)) return fresh(arg.source, arg.flags, engine)
  if (method === 'replace' || method === 'replaceAll' || method === 'split') return undefined
  if (typeof arg === 'object' && arg !== null) return undefined
  return fresh(arg === undefined ? '(?:)' : String(arg), method === 'matchAll' ? 'g' : '', engine)
}

/**
 * Returns a new regular expression for each call: a shared one would keep `lastIndex` from other
 * queries.
 */
function fresh(source: string, flags: string, engine: RegExpEngine | undefined): RegExp | EngineRegExp {
  return engine ? new EngineRegExp(source, flags, engine) : new RegExp(source, flags)
}

function callOfRegExp(
  pattern: RegExp,
  method: 'test' | 'exec',
  args: readonly unknown[],
  account: Account,
  engine: RegExpEngine | undefined,
): unknown {
  const text = String(textOf(args[0], account))
  const { source, flags } = pattern
  charge(account, patternUnits(source, flags, text, false, engine))
  return fresh(source, flags, engine)[method](text)
}

function patternUnits(
  source: string,
  flags: string,
  text: string,
  isForAll: boolean,
  engine: RegExpEngine | undefined,
): number {
  if (engine) return (source.length + 1) * (text.length + 1)
  try {
    return perPatternStep * patternSteps(source, flags, text.length, isForAll)
  } catch (error) {
    if (!(error instanceof Unanalyzed)) throw error
    throw new Fault('unsafe-pattern', `The pattern /${source}/ may take too long to match: ${error.message}.`, {
      hint: 'remove nested repetitions, or pass a linear-time engine: new Authorizer({ regExp })',
      data: { source, flags },
    })
  }
}
