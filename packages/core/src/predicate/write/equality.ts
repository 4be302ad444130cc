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
