import type { AssumedType } from '../../condition/condition.js'
import type { Link } from '../../values/links.js'
import { elementsBetweenLooks } from '../budget.js'
import { Doubt, noted } from './doubt.js'
import type { CodeScope } from './scope.js'

/**
 * An operand: the expressions to evaluate first, and an expression for its value that can be
 * repeated. If it cannot be read, the value is undefined, and so is each test of it.
 */
export interface Written {
  readonly before: readonly string[]
  readonly value: string
  /**
   * Whether it may be a promise: code that reads another value before using it has to ensure that it
   * is not.
   */
  readonly isPending?: boolean
  /** Whether it is surely a row: the actor, the resource, or a parameter. */
  readonly isRow?: boolean
  /** The object that it was read from, if that may be a promise: then the value is undefined. */
  readonly parent?: string | undefined
}

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
  if (typeof l === typeof r && typeof l !== "object" && typeof l !== "function" && l !== undefined) return false
  if (l === undefined) return undecided(r, leftParent)
  if (r === undefined) return undecided(l, rightParent)
  return equals(l, r, leftType, rightType)
}`,
  isDate: `const { getTime, valueOf } = Date.prototype
function isDate(x) {
  return x instanceof Date && x.valueOf === valueOf && x.getTime === getTime && x.getTime() === x.getTime()
}`,
  itself: `let itselfClass
function itself(x) {
  if (typeof x === "object" && x !== null && x.constructor === itselfClass) return true
  if (typeof x === "object" && x !== null && keyOf(x.constructor) !== undefined && isThere(x)) itselfClass = x.constructor
  return isThere(x)
}`,
  isLate: `function isLate(x) {
  return x === undefined || typeof x === "object" && x !== null && typeof x.then === "function"
}`,
  object: `function object(x) {
  return typeof x === "object" || typeof x === "function" ? x : undefined
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

/** Writes the end of a round of a loop for an element that is nil, whose test would be undecided. */
export function skippedNil(each: string, place: number | undefined): string {
  return `if (${each} === null || ${each} === undefined) {\nfound = ${noted(place)}\ncontinue\n}`
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
  return `const untabled = budget.enterRounds()
let count = 0, found = false, rounds, calls
for (;;) {
if (count++ >= untabled) {
if (rounds === undefined) ${areFixed ? `rounds = budget.rounds(), ${table}` : `rounds = budget.rounds()\n${table}`}
const known = budget.round(calls, ${last}, rounds)
if (known !== undefined) return ${leaveRounds(`${new Doubt('found').note('known.answer')} || found`)}
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

export function sequence(before: readonly string[], value: string): string {
  return before.length === 0 ? `(${value})` : `(${before.join(', ')}, ${value})`
}

export function assigned(before: readonly string[], value: string, scope: CodeScope): Written {
  const name = scope.local()
  return { before: [...before, `${name} = ${value}`], value: name }
}

/** What text relies on once an operand is evaluated. */
export interface Facts {
  /** The value is not missing because the object that it was read from is a promise. */
  readonly isDefined?: boolean
  /**
   * The value is not a promise. Needed where others are read while it is kept: if one of those ended
   * the evaluation, nobody would await it.
   */
  readonly isPlain?: boolean
}
export const defined: Facts = { isDefined: true }
export const definedAndPlain: Facts = { isDefined: true, isPlain: true }

/**
 * Returns the expressions of an operand, and the checks of facts that do not hold already.
 * @param cls - The expected class of rows, if it is known.
 */
export function ensured(
  written: Written,
  { isDefined = false, isPlain = false }: Facts,
  cls?: string,
): readonly string[] {
  const { before, value, isPending, parent } = written
  const isThere = parent === undefined ? undefined : `${value} !== undefined || undecided(${parent})`
  const checks = isDefined && isThere !== undefined ? [isThere] : []
  if (isPlain && isPending) {
    const asked = `holdable(${[value, ...(isDefined || parent === undefined || cls === undefined ? [] : [parent])].join(', ')})`
    // Written as in `equality`, so that it is evaluated once.
    const isRow = `${value} !== null && ${value} !== undefined && ${value}.constructor === ${cls}`
    const other = (!isDefined && isThere) || 'true'
    checks.push(cls === undefined ? `typeof ${value} === "object" ? ${asked} : ${other}` : `${isRow} || ${asked}`)
  }
  return [...before, ...checks]
}

/** Writes a test of a value that can be missing: the object that it was read from may be a promise. */
export function found({ value, parent }: Written, test: string): string {
  return parent === undefined ? test : `(${value} === undefined ? undecided(${parent}) : ${test})`
}

/** Writes the operands of a list or a call, all of which are read before any is used. */
export function ensuredInTurn(operands: readonly Written[]): readonly string[] {
  return operands.flatMap((one, at) => ensured(one, at < operands.length - 1 ? definedAndPlain : defined))
}

export function plains(operands: readonly Written[]): string {
  return operands.map(({ value }) => `plain(${value})`).join(', ')
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

/** Writes a value that is neither missing nor a promise; it is checked once. */
export function plainly(x: string, scope: CodeScope): string {
  if (scope.known(`plain ${x}`) !== undefined) return x
  scope.learn(`plain ${x}`, x)
  return `plain(${x})`
}

export function isObject(x: string): string {
  return `typeof ${x} === "object" && ${x} !== null`
}

/** Writes a test for values that are equal only to the same value of their own type. */
export function isScalar(x: string): string {
  return `(typeof ${x} !== "object" && typeof ${x} !== "function" && ${x} !== undefined)`
}

export function areBoth(type: 'number' | 'string', x: string, y: string): string {
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

/** What is known of two values that are compared. */
export interface Comparison {
  /** The expected class of rows, if it is known. */
  readonly cls: string | undefined
  /** The only column of the key of that class. */
  readonly key: string | undefined
  /** The last arguments of `equals`: the declared types of both values. */
  readonly types: string
  /** As for `areOfOneType`. */
  readonly takesTexts: boolean
}

/**
 * Writes an equality test. The most frequent cases are inlined: the same value, two rows of a class
 * without a key, two numbers, two texts.
 */
export function equality(
  name: string,
  { cls, key, takesTexts }: Comparison,
  left: Written,
  right: Written,
  doubt: Doubt,
): string {
  const [x, y] = [left.value, right.value]
  const parents = given([left.parent, right.parent])
  const isRow = left.isRow || right.isRow
  const asItself = isItself(x, cls)
  const isSame = doubt.note(parents === '' ? asItself : `(${x} === undefined ? undecided(${parents}) : ${asItself})`)
  // A row is not nil.
  const isNil = left.isRow ? `${y} !== null && ` : right.isRow ? `${x} !== null && ` : ''
  const asked = `${isNil}${doubt.note(`${name}(${x}, ${y}${parents && `, ${parents}`})`)}`
  const same = isRow ? `${x} === ${y} ||` : `${x} === ${y} ? ${isSame} :`
  if (key !== undefined) return `${same} ${asked}`
  const isOfClass = ({ value, isRow }: Written): string =>
    `${isRow ? '' : `${value} !== null && ${value} !== undefined && `}${value}.constructor === ${cls}`
  const areRows = cls === undefined ? [] : [`${keyOfClass(cls)} === null && ${isOfClass(left)} && ${isOfClass(right)}`]
  const differ = [...areRows, areBoth('number', x, y), ...(takesTexts ? [areBoth('string', x, y)] : [])].join(' || ')
  return `${same} !(${differ}) && ${asked}`
}

/** Writes the test that a value that was found twice equals itself; for rows of a class, that it is no promise. */
function isItself(x: string, cls: string | undefined): string {
  return cls === undefined ? `itself(${x})` : `(plain(${x}) !== undefined || undefined)`
}

/** Returns the name of the key of a class that is passed; it is null for rows without a key. */
export function keyOfClass(cls: string): string {
  return `${cls}Key`
}

/**
 * Writes a function that compares a value with nil. It memoizes the latest registered class, whose
 * instances are not nil. Only a list or a reference needs another look.
 */
export function nilTest(name: string, asked: string): string {
  return `let ${name}Class
function ${name}(x) {
  if (${isObject('x')} && x.constructor === ${name}Class) return false
  const answer = ${asked}
  if (answer === false && ${isObject('x')} && !Array.isArray(x) && (x instanceof Date || isClass(x.constructor))) ${name}Class = x.constructor
  return answer
}`
}

/**
 * Writes a function that tests the class of a value. It memoizes the result for the latest
 * registered class, whose instances all have the same one. Both variables change together, after
 * everything that can throw.
 * @param asked - The test of a value `x`.
 */
export function classTest(name: string, asked: string): string {
  return `let ${name}Class, ${name}Answer
function ${name}(x) {
  if (${isObject('x')} && x.constructor === ${name}Class) return ${name}Answer
  const answer = ${asked}
  if (answer !== undefined && ${isObject('x')} && isClass(x.constructor)) {
    ${name}Class = x.constructor
    ${name}Answer = answer
  }
  return answer
}`
}

/**
 * Writes a function that searches a list for an item.
 * @param same - The name of the function that compares two values.
 * @param cls - The expected class of the items, if it is known.
 * @param counts - Whether it counts its steps.
 */
export function searchFunction(name: string, same: string, cls: string | undefined, counts: boolean): string {
  const spend = counts
    ? spent('account', 'list.length')
    : `if (list.length >= ${elementsBetweenLooks}) account.spend(list.length)`
  return `function ${name}(item, list, account) {
  if (!${isWholeList('list')}) return undecided(list)
  if (item === undefined) return undefined
  ${spend}
  let found = false
  for (let i = 0; i < list.length; i++) {
    const one = list[i]
    if (${new Doubt('found').note(`(one === item ? ${isItself('one', cls)} : ${same}(item, one))`)}) return true
  }
  return found
}`
}

/** Writes a function that compares two values that are not the same one. */
export function equalityFunction(name: string, { cls, key, types, takesTexts }: Comparison): string {
  const otherwise = takesTexts
    ? `return differ(l, r, leftParent, rightParent${types})`
    : `if (${areBoth('number', 'l', 'r')}) return false
  if (l === undefined) return undecided(r, leftParent)
  if (r === undefined) return undecided(l, rightParent)
  return equals(l, r${types})`
  const begin = `function ${name}(l, r, leftParent, rightParent) {`
  // A reference that may lead to no row is of no class.
  const isBesideNil = (cls: string): string =>
    `(l === null ? r?.constructor === ${cls} : r === null && l?.constructor === ${cls})`
  if (key !== undefined) {
    return `${begin}
  if (l?.constructor === ${cls} && r?.constructor === ${cls}) {
    const a = l${member(key)}, b = r${member(key)}
    if (${areKeys}) return a === b
  } else if ${isBesideNil(cls!)} return false
  ${otherwise}
}`
  }
  // Memoizes the key of the class of the latest rows, for all evaluations: the key depends on the
  // class alone. Both variables change together, after everything that can throw.
  return `let ${name}Class, ${name}Key
${begin}
  if (${isObject('l')} && ${isObject('r')}) {
    const its = l.constructor
    if (its === r.constructor) {
      if (its !== ${name}Class) {
        ${name}Key = keyOf(its)
        ${name}Class = its
      }
      const key = ${name}Key
      if (key === null) return false
      if (key !== undefined) {
        const a = l[key], b = r[key]
        if (${areKeys}) return a === b
      }
    }
  } else if (${name}Key !== undefined && ${isBesideNil(`${name}Class`)}) return false
  ${otherwise}
}`
}

/**
 * Writes a function that compares two rows of one class, or a row and nil, as `==` or `!=` does; undefined for other
 * values. It memoizes the key of the latest class, as `equalityFunction` does.
 */
export function rowComparison(name: string, operator: '==' | '!='): string {
  const [is, isNot] = operator === '==' ? ['===', 'false'] : ['!==', 'true']
  return `let ${name}Class, ${name}Key
function ${name}(l, r) {
  if (typeof l !== "object" || typeof r !== "object") return undefined
  if (l === null || r === null) return ${name}Key !== undefined && l !== r && (l ?? r).constructor === ${name}Class ? ${isNot} : undefined
  const its = l.constructor
  if (its !== r.constructor) return undefined
  if (its !== ${name}Class) {
    ${name}Key = keyOf(its)
    ${name}Class = its
  }
  const key = ${name}Key
  if (key === undefined) return undefined
  if (l === r) return plain(l) ${is} r
  if (key === null) return ${isNot}
  const a = l[key], b = r[key]
  return ${areKeys} ? a ${is} b : undefined
}`
}

/** NaN, which does not equal itself, is no key. */
const areKeys = 'typeof a === typeof b && (typeof a === "string" || typeof a === "number" && a === a && b === b)'
