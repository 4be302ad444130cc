import { elementsBetweenLooks } from '../budget.js'
import { Doubt } from './doubt.js'
import { areBoth, given, isObject, isWholeList, member, spent } from './templates.js'
import type { Written } from './written.js'

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
  /** Whether both are declared as texts, booleans or numbers. */
  readonly areScalars: boolean
}

/**
 * Writes an equality test. Rows are compared by a function, so that the text stays short: V8 inlines short functions
 * alone. Numbers and texts, and a row that is surely one with itself, are compared in place.
 */
export function equality(name: string, comparison: Comparison, left: Written, right: Written, doubt: Doubt): string {
  const [x, y] = [left.value, right.value]
  const parents = given([left.parent, right.parent])
  const asked = doubt.note(`${name}(${x}, ${y}${parents && `, ${parents}`})`)
  const { cls, key } = comparison
  const isRow = left.isRow || right.isRow
  const isItself = isRow ? `${x} === ${y} || ` : ''
  if (key !== undefined) return `${isItself}${asked}`
  if (!isRow) return scalarsOr(x, y, comparison, asked)
  // Rows of a class without a key.
  const differ =
    cls === undefined ? '' : `!(${keyOfClass(cls)} === null && ${left.isRow ? y : x}?.constructor === ${cls}) && `
  return `${isItself}${differ}${asked}`
}

/** Writes an equality that is decided in place for two numbers, two texts, or two rows of a class without a key. */
function scalarsOr(x: string, y: string, { cls, takesTexts }: Comparison, asked: string): string {
  const areRows = `${keyOfClass(cls!)} === null && ${x}?.constructor === ${cls} && ${y}?.constructor === ${cls}`
  const areScalars = `${areBoth('number', x, y)}${takesTexts ? ` || ${areBoth('string', x, y)}` : ''}`
  return `${cls === undefined ? areScalars : areRows} ? ${x} === ${y} : ${asked}`
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

/** Writes a function that says whether a value other than nil is nil, or its negation; undefined for a missing one. */
export function noneTest(name: string, isNegated: boolean): string {
  return `let ${name}Class
function ${name}(x) {
  if (${isObject('x')} && x.constructor === ${name}Class) return ${isNegated}
  if (plain(x) === undefined) return undefined
  if (${isObject('x')} && isClass(x.constructor)) ${name}Class = x.constructor
  return ${isNegated}
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
 * @param counts - Whether it counts its steps.
 */
export function searchFunction(name: string, same: string, comparison: Comparison, counts: boolean): string {
  const spend = counts
    ? spent('account', 'list.length')
    : `if (list.length >= ${elementsBetweenLooks}) account.spend(list.length)`
  const asked = new Doubt('found').note(`${same}(item, one)`)
  return `function ${name}(item, list, account) {
  if (!${isWholeList('list')}) return undecided(list)
  if (item === undefined) return undefined
  ${spend}
  let found = false
  for (let i = 0; i < list.length; i++) {
    const one = list[i]
    if (${comparison.key === undefined ? scalarsOr('item', 'one', comparison, asked) : asked}) return true
  }
  return found
}`
}

/** Writes a function that compares two values. */
export function equalityFunction(name: string, { cls, key, types, takesTexts, areScalars }: Comparison): string {
  const parameters = '(l, r, leftParent, rightParent)'
  const general = `if (l === undefined) return undecided(r ?? rightParent, leftParent)
  if (r === undefined) return undecided(l, rightParent)
  return ${areScalars ? 'equalScalars' : 'equals'}(l, r${types})`
  if (areScalars) return `function ${name}${parameters} {\n  ${general}\n}`
  const otherwise = takesTexts ? `return differ(l, r, leftParent, rightParent${types})` : general
  if (key === undefined) return comparisonByClass(name, parameters, '===', otherwise)
  return comparisonByKey(name, parameters, '===', cls!, key, otherwise)
}

/** Writes a function that compares two values as `==` or `!=` does. */
export function rowComparison(name: string, operator: '==' | '!=', { cls, key, types }: Comparison): string {
  const is = operator === '==' ? '===' : '!=='
  const otherwise = `return ${areBoth('boolean', 'l', 'r')} ? l ${is} r : compare("${operator}", l, r${types})`
  return key === undefined
    ? comparisonByClass(name, '(l, r)', is, otherwise)
    : comparisonByKey(name, '(l, r)', is, cls!, key, otherwise)
}

/** Writes a function that compares values by the key of a class. A reference that may lead to no row is of no class. */
function comparisonByKey(
  name: string,
  parameters: string,
  is: '===' | '!==',
  cls: string,
  key: string,
  otherwise: string,
): string {
  return `function ${name}${parameters} {
  if (l?.constructor === ${cls} && r?.constructor === ${cls}) {
    const a = l${member(key)}, b = r${member(key)}
    if (${areKeys}) return a ${is} b
  } else if (l === null ? r === null || r?.constructor === ${cls} : r === null && l?.constructor === ${cls}) return l ${is} r
  ${otherwise}
}`
}

/**
 * Writes a function that compares values. It memoizes the key of the class of the latest rows, for all evaluations: the key
 * depends on the class alone. Both variables change together, after everything that can throw. What is rare is in a function
 * of its own, so that V8 inlines the other.
 */
function comparisonByClass(name: string, parameters: string, is: '===' | '!==', otherwise: string): string {
  const compared = `if (${name}Key === null) return l ${is} r
    const a = l[${name}Key], b = r[${name}Key]
    if (${areKeys}) return a ${is} b`
  return `let ${name}Class, ${name}Key
function ${name}${parameters} {
  if (${name}Key !== undefined && l?.constructor === ${name}Class && r?.constructor === ${name}Class) {
    ${compared}
  }
  return ${name}Rare${parameters}
}
function ${name}Rare${parameters} {
  if (l === null || r === null) {
    if (l === r || ${name}Key !== undefined && (l ?? r)?.constructor === ${name}Class) return l ${is} r
  } else if (typeof l === "object" && typeof r === "object" && l.constructor === r.constructor && l.constructor !== ${name}Class) {
    ${name}Key = keyOf(plain(l) && l.constructor)
    ${name}Class = l.constructor
    if (${name}Key !== undefined) return ${name}${parameters}
  }
  ${otherwise}
}`
}

/** NaN, which does not equal itself, is no key. */
const areKeys = 'typeof a === typeof b && (typeof a === "string" || typeof a === "number" && a === a && b === b)'
