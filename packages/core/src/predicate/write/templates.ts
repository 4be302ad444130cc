import type { AssumedType } from '../../condition/condition.js'
import type { ContextKey } from '../../schema/context.js'
import { unitsPerStep } from '../../text/account.js'
import type { Link } from '../../values/links.js'
import { elementsBetweenLooks } from '../budget.js'
import { Doubt, noted } from './doubt.js'

/**
 * Functions repeated in every predicate that calls them, so that predicates do not share inline
 * caches.
 */
const prelude: Readonly<Record<string, string>> = {
  holdable: `function holdable(x, parent) {
  return x === undefined ? undecided(parent) : x instanceof Promise ? bail(x) : true
}`,
  unlike: `function unlike(x, type, parent) {
  if (x === undefined) return undecided(parent)
  const isOther = typeof plain(x) === "object" ? !Array.isArray(x) || isWhole(x) : type === undefined || type.includes(typeof x)
  return isOther ? false : undecided(x)
}`,
  differ: `function differ(l, r, leftParent, rightParent, leftType, rightType) {
  if (typeof l === typeof r && typeof l !== "object" && typeof l !== "function" && l !== undefined) return l === r
  if (l === undefined) return undecided(r ?? rightParent, leftParent)
  if (r === undefined) return undecided(l, rightParent)
  return equals(l, r, leftType, rightType)
}`,
  isDate: `const { getTime, valueOf } = Date.prototype
function isDate(x) {
  return x instanceof Date && x.valueOf === valueOf && x.getTime === getTime && x.getTime() === x.getTime()
}`,
  object: `function object(x) {
  return typeof x === "object" || typeof x === "function" ? x : undefined
}`,
  noText: `function noText(x) {
  return typeof x === "object" && x !== null || typeof x === "function" ? bail(x) : undefined
}`,
  noFunction: `function noFunction(x) {
  return typeof x === "function" ? undefined : x
}`,
  listed: `function listed(x) {
  return x.includes(undefined) ? undefined : x
}`,
  plain: `function plain(x) {
  return x !== undefined && x !== null && (typeof x === "object" || typeof x === "function") && typeof x.then === "function" ? bail(x) : x
}`,
}

/** Returns the functions and helpers that a predicate's code mentions. */
export function preludeOf(code: string, helpers: readonly string[]): readonly string[] {
  const functions: string[] = []
  let all = code
  // A function comes before those that it calls.
  for (const [name, one] of Object.entries(prelude)) {
    if (!new RegExp(`\\b${name}\\(`).test(all)) continue
    functions.push(one)
    all += one
  }
  const named = helpers.filter((name) => new RegExp(`\\b${name}\\b`).test(all))
  return [...(named.length > 0 ? [`const { ${named.join(', ')} } = helpers`] : []), ...functions]
}

/** Decides many resources; in the text of each predicate, so that V8 inlines it into the loop. */
export const many: string = `decide.many = (actor, action, resources, from, answers) => {
  const cls = resources[from].constructor
  let at = from
  try {
    for (; at < resources.length; at++) {
      const resource = resources[at]
      if (resource?.constructor !== cls) break
      const answer = decide(actor, action, resource)
      if (answer === undefined) {
        met.clear()
        break
      }
      answers[at] = answer
      if (met.any) return at + 1
    }
  } catch {
    met.clear()
  }
  return at
}`

/** Writes a test whether a value is a complete list. The first test is in place, since V8 inlines only so many calls. */
export function isWholeList(list: string): string {
  return `(!partials.any && Array.isArray(${list}) || isWhole(${list}))`
}

/**
 * Writes the end of a round of a loop for an undefined element, which is an error whatever its test says.
 * @param skipsNil - Whether the round ends also for nil, whose test would be undecided.
 */
export function skippedElement(each: string, skipsNil: boolean, place: number | undefined): string {
  const isSkipped = skipsNil ? `${each} === null || ${each} === undefined` : `${each} === undefined`
  return `if (${isSkipped}) {\nfound = ${noted(place)}\ncontinue\n}`
}

/** Writes the body of a recursive definition. */
export function tabled(self: string, test: string): string {
  return `const call = budget.enter() > 0 ? undefined : budget.call(${self})
if (call !== undefined && call.isOver) return budget.leave(undefined, call.answer)
return budget.leave(call, ${test})`
}

/**
 * Writes the body of a definition whose recursive call is a tail call: a loop over its rounds.
 * @param others - The arguments except the last, by which results are memoized.
 * @param last - The last argument.
 * @param areFixed - Whether `others` are the same in every round.
 */
export function rounds(
  name: string,
  others: readonly string[],
  last: string,
  areFixed: boolean,
  round: string,
): string {
  const table = `calls = budget.table(${text(name)}, [${others.join(', ')}])`
  const earlier = (parameter: string): string => `${parameter}Met`
  const state = [...(areFixed ? [] : others), last]
  // Rounds are compared with that of the last power of two, which finds each circle soon.
  return `const isTabled = budget.enterRounds() <= 0
let count = 0, found = false, rounds, calls, ${state.map(earlier).join(', ')}
for (;;) {
if (isTabled) {
count++
if (rounds === undefined) ${areFixed ? `rounds = budget.rounds(), ${table}` : `rounds = budget.rounds()\n${table}`}
const known = budget.round(calls, ${last}, rounds)
if (known !== undefined) return ${leaveRounds(`${new Doubt('found').note('known.answer')} || found`)}
} else {
if (count > 0 && ${state.map((one) => `${one} === ${earlier(one)}`).join(' && ')}) return ${leaveRounds('found')}
if ((count & (count - 1)) === 0) ${state.map((one) => `${earlier(one)} = ${one}`).join(', ')}
if ((++count & ${elementsBetweenLooks - 1}) === 0) budget.spend(${elementsBetweenLooks})
}
${round}
}`
}

/** Writes the body of a predicate whose evaluations have a budget. */
export function budgeted(body: string): string {
  return `const budget = begin()\ntry {\n${body}\n} finally {\nbudget.finish()\n}`
}

/** Writes the count of steps; inlined, since it runs for each collection. */
export function spent(budget: string, steps: string): string {
  return `(${budget}.steps += ${steps}) > ${budget}.mark && ${budget}.look()`
}

export function leaveRounds(answer: string): string {
  return `budget.leaveRounds(count, rounds, ${answer})`
}

/**
 * Writes a call of a method that is not charged and takes no argument; `asked` is the call for every other receiver.
 * @param name - The name of the function that calls it: see `guarded`.
 */
export function freeCall(name: string, value: string, method: string, asked: string): string {
  const of = receiver(value)
  const isMethod = `${isObject(of)} && !Array.isArray(${of}) && typeof ${of}${member(method)} === "function"`
  return `${isMethod} && typeof ${of}.then !== "function" ? ${name}(${of}) : ${asked}`
}

/**
 * Writes a test of a text in place, where it costs less than a step.
 * @param asked - The test of other values, and of long texts.
 */
export function quickText(method: string, x: string, y: string, asked: string): string {
  const units = method === 'includes' ? `${receiver(x)}.length * ${receiver(y)}.length` : `${receiver(y)}.length`
  return `typeof ${x} === "string" && typeof ${y} === "string" && ${units} < ${unitsPerStep} ? ${receiver(x)}.${method}(${y}) : ${asked}`
}

/** Writes a quick test of a value that is declared as a text. An object, which contradicts the declaration, ends the evaluation. */
export function testOfText(method: string, x: string, y: string): string {
  return `typeof ${x} === "string" ? ${receiver(x)}.${method}(${y}) : noText(${x})`
}

/** Writes a function of an object that runs code of the application. What that throws is an error of one part alone. */
export function guarded(name: string, value: string): string {
  return `function ${name}(of) {\n  try {\n    return ${value}\n  } catch (error) {\n    return caught(error)\n  }\n}`
}

/**
 * Writes a function that returns a constant, or the result of its method without arguments. It bails out if the
 * value does not have the assumed type.
 */
export function assumedRead(name: string, constant: string, method: string | undefined, type: AssumedType): string {
  const isReceiver = `${isObject('of')} && !Array.isArray(of) && typeof of.then !== "function"`
  const value = method === undefined ? 'of' : `${isReceiver} ? of${member(method)}() : bail(of)`
  const hasType = { date: 'isDate(x)', number: 'Number.isFinite(x)' }[type as string] ?? `typeof x === "${type}"`
  return `function ${name}() {
  const of = ${constant}
  const x = ${value}
  return ${hasType} ? x : bail(x)
}`
}

/** Writes a function that returns a value of the running context. V8 inlines it. */
export function contextRead(name: string, reader: string, key: ContextKey): string {
  return `const ${name}In = ${reader}.running\nfunction ${name}() {\n  return ${name}In.current.context.${key}\n}`
}

/**
 * Writes a function that bails out if a relation holds another row than the columns of its holder refer to. The most
 * frequent cases are inlined: the row with equal columns, and nil beside nil.
 */
export function linkFunction(name: string, link: Link): string {
  const agree = link.to.map((to, at) => `x${member(to)} === of${member(link.from[at]!)}`).join(' && ')
  const isNil = link.kept ? `of${member(link.from[0]!)} === null` : 'true'
  const asked = `linked(of, x, ${JSON.stringify(link)})`
  return `function ${name}(of, x) {
  return x === undefined || (x === null ? ${isNil} : ${agree}) || ${asked}
}`
}

export function isObject(x: string): string {
  return `typeof ${x} === "object" && ${x} !== null`
}

/** Writes a function. @param keyword - `function`, or that of a generator. */
export function functionText(name: string, parameters: readonly string[], body: string): string {
  return `function ${name}(${parameters.join(', ')}) {\n${body}\n}`
}

/** What a choice is written from: the read of its value, and the names of its tables. */
interface ChoiceText {
  readonly before: readonly string[]
  readonly value: string
  /** What `typeof` says of the literals. */
  readonly kind: string
  /** Whether nil equals none of them. */
  readonly excludesNil: boolean
  /** Tests whether a value of another type equals a `literal`. */
  readonly other: string
  /** Calls the function of a literal, `chosen`. */
  readonly called: string
  /** What is done where that test is undecided. */
  readonly undecided: string
  /** The functions by their literals. */
  readonly table: string
}

/** Writes the body of a function that finds the alternatives for a value. One of another type is compared with all literals. */
export function choiceText(choice: ChoiceText): string {
  const { before, value, kind, excludesNil, other, called, undecided, table } = choice
  return [
    ...before.map((line) => `${line};`),
    `if (typeof ${value} === "${kind}") {\nconst chosen = ${table}.get(${value})\nreturn chosen !== undefined && ${called}\n}`,
    ...(excludesNil ? [`if (${value} === null) return false`] : []),
    'let found = false\nlet at = 0',
    `for (const [literal, chosen] of ${table}) {\nconst same = ${other}\nif (same === undefined) ${undecided}`,
    `else if (same) {\nconst answer = ${called}\nif (answer) return true\nif (answer === undefined) found = answer\n}`,
    'at++\n}\nreturn found',
  ].join('\n')
}

/** Writes a test for values that are equal only to the same value of their own type. */
export function isScalar(x: string): string {
  return `(typeof ${x} !== "object" && typeof ${x} !== "function" && ${x} !== undefined)`
}

export function areBoth(type: 'number' | 'string' | 'boolean', x: string, y: string): string {
  return `typeof ${x} === "${type}" && typeof ${y} === "${type}"`
}

/**
 * Writes a test for two scalars of one type.
 * @param takesTexts - Whether texts are among them. Where the schema declares dates, numbers or booleans, a text
 * is an error.
 */
export function areOfOneType(x: string, y: string, takesTexts: boolean): string {
  return takesTexts ? `typeof ${x} === typeof ${y} && ${isScalar(x)}` : areBoth('number', x, y)
}

/** Writes arguments, without undefined ones at the end. */
export function given(args: readonly (string | undefined)[]): string {
  return args
    .slice(0, args.findLastIndex((arg) => arg !== undefined) + 1)
    .map(String)
    .join(', ')
}

export function text(value: string): string {
  return JSON.stringify(value)
}

export function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${text(name)}]`
}

/** Writes the read of an attribute; of nothing, if the object ends with a question mark and there is none. */
export function attribute(object: string, name: string): string {
  const read = member(name)
  return object.endsWith('?') && read.startsWith('[') ? `${receiver(object)}.${read}` : `${receiver(object)}${read}`
}

/** Writes a value whose attribute is read: `0.name` is no JavaScript. */
export function receiver(value: string): string {
  return /^[-\d]/.test(value) ? `(${value})` : value
}
