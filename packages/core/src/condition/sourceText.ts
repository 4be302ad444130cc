import type { CodeScope } from './codeScope.js'
import { maxCalls, maxDepth } from './predicate.js'

/** An operand: what is to be evaluated first, and the expression that then stands for it as often as one likes. */
export interface Written {
  readonly before: readonly string[]
  readonly value: string
  /** Whether it may be undefined where that is no value: whoever uses it has to see to it. */
  readonly unchecked?: boolean
}

/** What is the same in every predicate stands in each all the same, so that what is learned of objects is not shared. */
export const prelude: string = `let depth, calls
function object(x) {
  return typeof x === "object" || typeof x === "function" || bail()
}
function plain(x) {
  return x === undefined || x !== null && (typeof x === "object" || typeof x === "function") && typeof x.then === "function" ? bail() : x
}`

/** Begins a recursive definition. */
export const enter: string = `if (++depth > ${maxDepth} || ++calls > ${maxCalls}) bail()`

export type WriteLoop = (tests: readonly string[]) => {
  readonly start: string
  readonly step: string
  readonly end: string
}

export const untilFound: WriteLoop = (tests) => ({
  start: '',
  step: `if (${tests.join(' || ')}) return true`,
  end: 'return false',
})

/** When an arm is met, those before it stay open: what they would still have met counts. */
export const untilNoneIsOpen: WriteLoop = (tests) => ({
  start: `let open = ${tests.length}`,
  step: tests
    .map((test, arm) => (arm === 0 ? `if (${test}) return true;` : `if (open > ${arm} && ${test}) open = ${arm};`))
    .join('\nelse '),
  end: `return open < ${tests.length}`,
})

export const toTheEnd: WriteLoop = (tests) => ({
  start: 'let found = false',
  step: tests.map((test) => `if (${test}) found = true;`).join('\n'),
  end: 'return found',
})

export function sequence(before: readonly string[], value: string): string {
  return before.length === 0 ? `(${value})` : `(${before.join(', ')}, ${value})`
}

export function assigned(before: readonly string[], value: string, scope: CodeScope): Written {
  const name = scope.local()
  return { before: [...before, `${name} = ${value}`], value: name }
}

/** What is evaluated first, and that the value is there. */
export function present({ before, value, unchecked }: Written): readonly string[] {
  return unchecked ? [...before, `${value} !== undefined || bail()`] : before
}

export function befores(operands: readonly Written[]): readonly string[] {
  return operands.flatMap(({ before }) => before)
}

export function plains(operands: readonly Written[]): string {
  return operands.map(({ value }) => `plain(${value})`).join(', ')
}

/** A value that is there and need not be waited for, which is found out once. */
export function plainly(x: string, scope: CodeScope): string {
  if (scope.known(`plain ${x}`) !== undefined) return x
  scope.learn(`plain ${x}`, x)
  return `plain(${x})`
}

export function isObject(x: string): string {
  return `typeof ${x} === "object" && ${x} !== null`
}

/** Whether a value can only be equal to one of its own kind that is the same. */
export function isScalar(x: string): string {
  return `(typeof ${x} !== "object" && typeof ${x} !== "function" && ${x} !== undefined)`
}

export function text(value: string): string {
  return JSON.stringify(value)
}

export function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${text(name)}]`
}

/** A function that compares two values; it remembers how rows of the class that it met last are compared. */
export function equalityFunction(name: string): string {
  return `let ${name}Class, ${name}Key
function ${name}(l, r) {
  if (l === r) return plain(l), true
  if (${isObject('l')} && ${isObject('r')}) {
    const its = l.constructor
    if (its === r.constructor) {
      if (its !== ${name}Class) ${name}Key = keyOf(${name}Class = its)
      const key = ${name}Key
      if (key === null) return false
      if (key !== undefined) {
        const a = l[key], b = r[key]
        if (typeof a === typeof b && (typeof a === "number" || typeof a === "string")) return a === b
      }
    }
  } else if (typeof l === typeof r && ${isScalar('l')}) return false
  return equals(l, r)
}`
}
