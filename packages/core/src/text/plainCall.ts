import { type Account, charge, unitsPerElement } from './account.js'

export type Method = (...args: readonly unknown[]) => unknown

/** The methods of texts that can take a regular expression. */
export const patternMethods: ReadonlySet<string> = new Set([
  'match',
  'matchAll',
  'search',
  'replace',
  'replaceAll',
  'split',
])

/** Returns whether some methods need no regular expression, whatever the values are. */
export function needNoPattern(methods: ReadonlySet<string>): boolean {
  return ![...patternMethods, 'test', 'exec'].some((method) => methods.has(method))
}

/** The names of the functions that make functions from text or run it. */
const makers: ReadonlySet<unknown> = new Set([
  'Function',
  'AsyncFunction',
  'GeneratorFunction',
  'AsyncGeneratorFunction',
  'eval',
])

/** Returns whether a value makes functions from text: also bound, extended, behind a proxy, or of another realm. */
export function isMaker(value: unknown): boolean {
  if (typeof value !== 'function') return false
  const isNamed = typeof value.name === 'string' && makers.has(value.name.replace(/^(bound )+/, ''))
  if (isNamed && Function.prototype.toString.call(value).includes('[native code]')) return true
  return isMaker(Object.getPrototypeOf(value))
}

/**
 * Returns the method of a value; undefined if there is none, as for every name of a boolean. A function that makes functions
 * is no method, has none, and is passed to none.
 */
export function methodOf(receiver: unknown, name: string, args: readonly unknown[]): Method | undefined {
  if (receiver === null || receiver === undefined || typeof receiver === 'boolean' || name === 'constructor')
    return undefined
  // Sound: any other value can have the method.
  const target = (receiver as Readonly<Record<string, unknown>>)[name]
  if (typeof target !== 'function' || [target, receiver, ...args.flat()].some(isMaker)) return undefined
  return target as Method
}

/**
 * Calls a method that uses no regular expression, after charging for its worst case.
 * Methods of texts and lists are charged. `includes` and similar methods cost the product of the lengths. `repeat`,
 * `concat` and `replaceAll` cost the length of the result. Methods of the application have unknown costs and are free.
 * @throws the errors of the account and of the method.
 */
export function callPlain(
  target: Method,
  receiver: unknown,
  method: string,
  args: readonly unknown[],
  account: Account,
): unknown {
  if (isTextMethod(target, receiver, method)) {
    const text = String(receiver)
    const settled = takesTexts(method) ? args.map((arg) => textOf(arg, account)) : args
    charge(account, takesTexts(method) ? textUnits(method, text, settled) : text.length)
    return Reflect.apply(target, text, settled)
  }
  if (Array.isArray(receiver)) {
    charge(account, listUnits(receiver, method, args))
  } else if (receiver === Array && method === 'from') {
    charge(account, unitsPerElement * Number((args[0] as { length?: unknown } | null | undefined)?.length ?? 0))
  }
  return Reflect.apply(target, receiver, args)
}

/** Returns whether a method is JavaScript's own of a text. */
export function isTextMethod(target: Method, receiver: unknown, method: string): receiver is string {
  if (typeof receiver !== 'string' && !(receiver instanceof String)) return false
  return target === (String.prototype as unknown as Record<string, unknown>)[method]
}

/** Returns the units that a test of a text costs, such as `startsWith`. */
export function textTestUnits(operator: string, text: string, part: string): number {
  return operator === 'includes' ? text.length * Math.max(1, part.length) : part.length
}

/** Returns whether a method takes texts and numbers, and costs more than reading the text. */
function takesTexts(method: string): boolean {
  return patternMethods.has(method) || textMethods.has(method)
}
const textMethods: ReadonlySet<string> = new Set([
  'includes',
  'indexOf',
  'lastIndexOf',
  'startsWith',
  'endsWith',
  'concat',
  'repeat',
  'padStart',
  'padEnd',
])

/**
 * Returns an argument as the method takes it. It becomes a text only once, so its length can't
 * change later.
 */
export function textOf(arg: unknown, account: Account): unknown {
  if (Array.isArray(arg)) charge(account, textUnitsWithin(arg))
  return typeof arg === 'object' && arg !== null && !isRegExp(arg) && !hasPatternMethod(arg) ? String(arg) : arg
}

function hasPatternMethod(value: object): boolean {
  return Symbol.match in value || Symbol.replace in value || Symbol.search in value || Symbol.split in value
}

/** Returns the units of the result of a method, for matches that are replaced with `by`. */
export function resultUnits(method: string, text: string, isForAll: boolean, by: unknown): number {
  const matches = isForAll ? text.length + 1 : 1
  if (method !== 'replace' && method !== 'replaceAll') return matches * unitsPerElement
  return text.length + matches * (typeof by === 'string' ? by.length + dollars(by) * text.length : 1)
}

/** Returns how many parts of the text, or groups of a match, a replacement can contain. */
function dollars(by: string): number {
  return by.split('$').length - 1
}

/** Returns the maximum cost of a method that uses no pattern. */
function textUnits(method: string, text: string, args: readonly unknown[]): number {
  const [first, second] = args
  const part = lengthOf(first)
  const search = text.length * Math.max(1, part)
  switch (method) {
    case 'startsWith':
    case 'endsWith':
      return part
    case 'concat':
      return args.reduce<number>((sum, arg) => sum + lengthOf(arg), text.length)
    case 'repeat':
      return text.length * atLeastNothing(first)
    case 'padStart':
    case 'padEnd':
      return Math.max(text.length, atLeastNothing(first))
    case 'replace':
      return search + resultUnits(method, text, false, second)
    case 'replaceAll': {
      const matches = text.length / Math.max(1, part) + 1
      return search + text.length + (matches / (text.length + 1)) * resultUnits(method, text, true, second)
    }
    case 'split':
      return search + unitsPerElement * (text.length / Math.max(1, part) + 1)
    default:
      return search
  }
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  return Array.isArray(value) ? textUnitsWithin(value) : String(value).length
}

/** Returns a count of at least zero. The method itself rejects an invalid count. */
function atLeastNothing(value: unknown): number {
  return Math.max(0, Number(value)) || 0
}

/**
 * Returns the maximum cost of a method of a list: each element once, nested ones as often as they
 * are reached, and separators.
 */
function listUnits(list: readonly unknown[], method: string, args: readonly unknown[]): number {
  const own = unitsPerElement * list.length
  switch (method) {
    case 'join':
      return own + textUnitsWithin(list) + list.length * (args[0] === undefined ? 1 : lengthOf(args[0]))
    case 'toString':
    case 'toLocaleString':
      return own + textUnitsWithin(list)
    case 'flat':
      return own + unitsWithin(list, args[0] === undefined ? 1 : atLeastNothing(args[0]), () => unitsPerElement)
    case 'concat':
      return args.reduce<number>((sum, arg) => sum + (Array.isArray(arg) ? unitsPerElement * arg.length : 1), own)
    default:
      return own
  }
}

/**
 * Adds up the units of the elements of a list, and of nested ones as often as they are reached. Measures each list once,
 * however often it is shared. A list in itself is infinite.
 * @param depth - How many levels of nested lists are entered.
 */
function unitsWithin(
  list: readonly unknown[],
  depth: number,
  unitsOf: (one: unknown) => number,
  known: Map<number, Map<object, number>> = new Map(),
): number {
  const atDepth = known.get(depth) ?? new Map<object, number>()
  known.set(depth, atDepth)
  const earlier = atDepth.get(list)
  if (earlier !== undefined) return earlier
  atDepth.set(list, Number.POSITIVE_INFINITY)
  let units = 0
  for (const one of list) {
    units += unitsOf(one)
    if (depth > 0 && Array.isArray(one)) units += unitsWithin(one, depth - 1, unitsOf, known)
  }
  atDepth.set(list, units)
  return units
}

/** Returns the maximum length of the text of a list. */
function textUnitsWithin(list: readonly unknown[]): number {
  return unitsWithin(list, Number.POSITIVE_INFINITY, (one) =>
    typeof one === 'string' ? one.length + 1 : Array.isArray(one) ? 1 : unitsPerElement,
  )
}

/** Returns whether a value is a JavaScript regular expression whose methods are not overridden. */
export function isRegExp(value: unknown): value is RegExp {
  return value instanceof RegExp && value.exec === RegExp.prototype.exec && value.test === RegExp.prototype.test
}
