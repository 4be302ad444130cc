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
  /** Whether reading it never ends the evaluation, as with values of the context. */
  readonly isSafe?: boolean
  /** Whether it is surely a row: the actor, the resource, or a parameter. */
  readonly isRow?: boolean
  /** The object that it was read from, if that may be a promise: then the value is undefined. */
  readonly parent?: string | undefined
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
    const isRow = `${value}?.constructor === ${cls}`
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
