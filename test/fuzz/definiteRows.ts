import type { Definite, Operand } from '@arcturus/core/filters'
import { Decimal } from '@prisma/client-runtime-utils'
import type { DefiniteReach, Root } from '../../packages/core/src/condition/condition.js'
import type { Schema } from '../../packages/core/src/schema/schema.js'

/** What a leaf reads from a path: nothing where a step before the last has no row. */
type Read = { readonly value: unknown } | undefined
type Environment = ReadonlyMap<Root, unknown>

/** True, false, or neither where a variant of the evaluator knows a third. */
export type Truth = boolean | undefined

/**
 * Evaluates what printers are given over rows in memory, word by word as the documentation of `Definite` says it: a leaf is true
 * only where every to-one step of its paths has a row; `=` and `!=` take nil for a value; orderings and text operators with
 * nil are false; `not` is the plain complement.
 */
export class DefiniteRows {
  readonly #schema: Schema

  constructor(schema: Schema) {
    this.#schema = schema
  }

  holds(condition: Definite, row: unknown): boolean {
    return this.evaluate(condition, new Map<Root, unknown>(), row) === true
  }

  protected evaluate(condition: Definite, variables: Environment, row: unknown): Truth {
    switch (condition.kind) {
      case 'true':
        return true
      case 'false':
        return false
      case 'and':
        return conjunction(condition.of.map((one) => this.evaluate(one, variables, row)))
      case 'or':
        return inverse(conjunction(condition.of.map((one) => inverse(this.evaluate(one, variables, row)))))
      case 'not':
        return inverse(this.evaluate(condition.of, variables, row))
      case 'some': {
        const from = this.#read(condition.from, variables, row)
        if (!from || from.value === null) return false
        return rowsOf(from.value).some(
          (each) => this.evaluate(condition.where, new Map(variables).set(condition.each, each), row) === true,
        )
      }
      case 'reach':
        return this.#reaches(condition, variables, row)
      case 'compare': {
        const left = this.#read(condition.left, variables, row)
        const right = this.#read(condition.right, variables, row)
        return left && right
          ? this.compare(condition.operator, left.value, right.value, isNil(condition.left) || isNil(condition.right))
          : this.unreadable()
      }
      case 'in': {
        const item = this.#read(condition.item, variables, row)
        const list = this.#read(condition.list, variables, row)
        return item && list && list.value !== null ? this.contains(rowsOf(list.value), item.value) : this.unreadable()
      }
      case 'isa': {
        const of = this.#read(condition.of, variables, row)
        if (!of) return this.unreadable()
        return condition.exact
          ? this.#schema.modelOf(of.value)?.name === condition.model
          : this.#isInstance(of.value, condition.model)
      }
      case 'text': {
        const of = this.#read(condition.of, variables, row)
        const part = this.#read(condition.part, variables, row)
        if (!of || !part) return this.unreadable()
        return (
          typeof of.value === 'string' && typeof part.value === 'string' && of.value[condition.operator](part.value)
        )
      }
    }
  }

  /** A leaf one of whose paths has no row. */
  protected unreadable(): Truth {
    return false
  }

  protected contains(list: readonly unknown[], item: unknown): Truth {
    return list.some((one) => equal(item, one))
  }

  /** @param literalNil - Whether nil is a literal of the condition, not a value of a row. */
  protected compare(
    operator: Extract<Definite, { kind: 'compare' }>['operator'],
    left: unknown,
    right: unknown,
    _literalNil: boolean,
  ): Truth {
    switch (operator) {
      case '=':
        return equal(left, right)
      case '!=':
        return !equal(left, right)
      case '==':
        throw new Error('`==` does not occur in what a printer is given')
      default: {
        if (left === null || right === null) return false
        const order = orderOf(left, right)
        return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0
      }
    }
  }

  /** All rows that can be reached, one after the other, until there is one for which it ends. */
  #reaches({ start, each, where, steps }: DefiniteReach, variables: Environment, row: unknown): boolean {
    const reached = new Set(this.#related(start, variables, row))
    for (const one of reached) {
      const here: Environment = new Map([[each, one]])
      if (this.evaluate(where, here, row) === true) return true
      for (const step of steps) {
        const hops = [...step.through, { each: step.next, from: step.from }]
        const ways = hops.reduce<readonly Environment[]>(
          (before, hop) =>
            before.flatMap((way) => this.#related(hop.from, way, row).map((to) => new Map(way).set(hop.each, to))),
          [here],
        )
        for (const way of ways) if (this.evaluate(step.where, way, row) === true) reached.add(way.get(step.next))
      }
    }
    return false
  }

  /** The rows of a relation; none where there is no row to read it from. */
  #related(from: Operand, variables: Environment, row: unknown): readonly unknown[] {
    const found = this.#read(from, variables, row)?.value ?? []
    return Array.isArray(found) ? found : [found]
  }

  #isColumn(name: string): boolean {
    return [...this.#schema.models.values()].some((model) => model.fields.has(name))
  }

  #isInstance(value: unknown, model: string): boolean {
    // Every number is of both classes, whatever it is kept as.
    if (isExact(value)) return model === 'Integer' || model === 'Float'
    const own = this.#schema.modelOf(value)
    return own !== undefined && this.#schema.isSubclass(own.name, model)
  }

  #compute(operand: Extract<Operand, { kind: 'arithmetic' | 'call' }>, variables: Environment, row: unknown): Read {
    const parts = operand.kind === 'call' ? [operand.of, ...operand.args] : [operand.left, operand.right]
    const values = parts.map((one) => this.#read(one, variables, row)?.value ?? null)
    if (values.includes(null)) return undefined
    if (operand.kind === 'call') return { value: values.join('') }
    const [left = 0, right = 0] = values.map(Number)
    return { value: calculate(operand.operator, left, right) }
  }

  #read(operand: Operand, variables: Environment, row: unknown): Read {
    if (operand.kind === 'value') return operand
    if (operand.kind === 'count') {
      const list = this.#read(operand.of, variables, row)
      return list && list.value !== null ? { value: rowsOf(list.value).length } : undefined
    }
    if (operand.kind === 'arithmetic' || operand.kind === 'call') return this.#compute(operand, variables, row)
    if (operand.kind !== 'path') throw new Error(`a printer can't be given a ${operand.kind}`)
    const { root, steps } = operand
    if (root.kind !== 'resource' && !variables.has(root)) throw new Error(`nothing is known of ${root.name}`)
    let at: unknown = root.kind === 'resource' ? row : variables.get(root)
    for (const { name } of steps) {
      if (at === null) return undefined
      at = (at as Readonly<Record<string, unknown>>)[name] // a step is read from a row
      if (at === undefined && !this.#isColumn(name)) throw new Error(`no row has "${name}"`)
      // The table of a model has the columns of its subclasses too.
      at ??= null
    }
    return { value: at }
  }
}

function calculate(
  operator: Extract<Operand, { kind: 'arithmetic' }>['operator'],
  left: number,
  right: number,
): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case 'rem':
      return left % right
    case 'mod':
      return ((left % right) + right) % right
  }
}

function isNil(operand: Operand): boolean {
  return operand.kind === 'value' && operand.value === null
}

function rowsOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('a printer is given a list that is none')
  return value
}

function conjunction(truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes(undefined) ? undefined : true
}

function inverse(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth
}

/** Equality of columns: rows are compared by those of their key. */
export function equal(left: unknown, right: unknown): boolean {
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime()
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((one, at) => equal(one, right[at]))
  if (isRow(left) || isRow(right)) {
    if (left === null || right === null) return false
    throw new Error('rows are compared as a whole')
  }
  if (isExact(left) || isExact(right)) return isNumber(left) && isNumber(right) && decimal(left).eq(decimal(right))
  return left === right
}

function isRow(value: unknown): boolean {
  const isScalar = value === null || value instanceof Date || Array.isArray(value) || isDecimal(value)
  return typeof value === 'object' && !isScalar
}

/** Numbers that JavaScript's own do not tell apart. */
function isExact(value: unknown): boolean {
  return typeof value === 'bigint' || isDecimal(value)
}

export function isDecimal(value: unknown): boolean {
  return Decimal.isDecimal(value)
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || isExact(value)
}

/** A number of JavaScript counts as what it prints as. A text, which a column of another class can hold, is in no order. */
function decimal(value: unknown): Decimal {
  return new Decimal(Number.isNaN(Number(value)) ? NaN : String(value))
}

/** Text by code point, all else as JavaScript orders it. */
export function orderOf(left: unknown, right: unknown): number {
  if (typeof left === 'string' && typeof right === 'string') {
    const a = [...left].map((char) => char.codePointAt(0)!)
    const b = [...right].map((char) => char.codePointAt(0)!)
    const different = a.findIndex((point, index) => point !== b[index])
    return different < 0 ? a.length - b.length : a[different]! - (b[different] ?? -1)
  }
  if (isExact(left) || isExact(right)) return decimal(left).cmp(decimal(right))
  return Number(left) - Number(right)
}
