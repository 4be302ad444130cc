import type { Definite, DefiniteReach, Operand, Root, Step } from '../condition/condition.js'
import { ownOf } from '../own.js'
import { floats, integers } from '../values/arithmetic.js'
import { isBuiltinInstance } from '../values/builtin.js'
import { unifiable } from '../values/equality.js'
import { compareOrder } from '../values/order.js'

/** How `matches` reads rows. All are optional. */
export interface MatchOptions {
  /** Returns a field of a row. Default: the property of the step's name. Undefined is nil. */
  readonly read?: (row: object, step: Step) => unknown
  /**
   * Returns whether a row is an instance of a model, or of exactly that model. Default: by the
   * class's name and those of its ancestors.
   */
  readonly isInstance?: (row: unknown, model: string, exact: boolean) => boolean
  /** Rows that are known by their keys, by the roots of their paths. Null is a missing row. */
  readonly known?: ReadonlyMap<Root, unknown>
}

/**
 * Returns whether a row is one of those that a filter selects, by the rules for printers. Compare
 * it with your store's answers in tests: both must select the same rows, and so must the checks.
 *
 * @param condition - The condition of a filter: `filter.definite()`.
 * @param row - A row with its relations: objects, and lists of objects.
 * @throws TypeError for a row whose relation is not a list or an object where the condition needs
 * one, and for an unknown root
 * @example
 * const condition = authorizer.filter(ada, 'read', 'Note').definite()
 * const expected = notes.filter((note) => matches(condition, note))
 */
export function matches(condition: Definite, row: object, options: MatchOptions = {}): boolean {
  return new Matcher(row, options).holds(condition, options.known ?? new Map())
}

/** The rows of variables. */
type Rows = ReadonlyMap<Root, unknown>

/** A value that was read: undefined if a step on the way has no row, or arithmetic has no result. */
type Read = { readonly value: unknown; readonly float?: true | undefined } | undefined

class Matcher {
  constructor(
    private readonly row: object,
    private readonly options: MatchOptions,
  ) {}

  holds(condition: Definite, rows: Rows): boolean {
    switch (condition.kind) {
      case 'true':
        return true
      case 'false':
        return false
      case 'and':
        return condition.of.every((one) => this.holds(one, rows))
      case 'or':
        return condition.of.some((one) => this.holds(one, rows))
      case 'not':
        return !this.holds(condition.of, rows)
      case 'some':
        return this.#listOf(condition.from, rows).some((each) =>
          this.holds(condition.where, new Map(rows).set(condition.each, each)),
        )
      case 'reach':
        return this.#reaches(condition, rows)
      default:
        return this.#leaf(condition, rows)
    }
  }

  #leaf(leaf: Extract<Definite, { kind: 'compare' | 'in' | 'isa' | 'text' }>, rows: Rows): boolean {
    switch (leaf.kind) {
      case 'compare': {
        const [left, right] = [this.#read(leaf.left, rows), this.#read(leaf.right, rows)]
        if (!left || !right) return false
        if (leaf.operator === '=' || leaf.operator === '==') return equal(left.value, right.value)
        if (leaf.operator === '!=') return !equal(left.value, right.value)
        return compareOrder(leaf.operator, left.value, right.value) === true
      }
      case 'in': {
        const item = this.#read(leaf.item, rows)
        return item !== undefined && this.#listOf(leaf.list, rows).some((one) => equal(item.value, one))
      }
      case 'isa': {
        const of = this.#read(leaf.of, rows)
        return of !== undefined && of.value !== null && this.#isInstance(of.value, leaf.model, leaf.exact)
      }
      case 'text': {
        const [of, part] = [this.#read(leaf.of, rows)?.value, this.#read(leaf.part, rows)?.value]
        return typeof of === 'string' && typeof part === 'string' && of[leaf.operator](part)
      }
    }
  }

  /** Visits rows in steps until one passes. A row is visited once, since data can have cycles. */
  #reaches({ start, each, where, steps }: DefiniteReach, rows: Rows): boolean {
    const reached = new Set(this.#related(start, rows))
    for (const row of reached) {
      const here: Rows = new Map(rows).set(each, row)
      if (this.holds(where, here)) return true
      for (const step of steps) {
        const hops = [...step.through, { each: step.next, from: step.from }]
        const ways = hops.reduce<readonly Rows[]>(
          (before, hop) =>
            before.flatMap((way) => this.#related(hop.from, way).map((to) => new Map(way).set(hop.each, to))),
          [here],
        )
        for (const way of ways) if (this.holds(step.where, way)) reached.add(way.get(step.next))
      }
    }
    return false
  }

  /** Returns the rows of a relation to one row or to many; none if there is no row to read it from. */
  #related(from: Operand, rows: Rows): readonly unknown[] {
    const found = this.#read(from, rows)?.value ?? []
    return Array.isArray(found) ? found : [found]
  }

  /** Returns the elements of a list; none if there is no row to read it from. */
  #listOf(operand: Operand, rows: Rows): readonly unknown[] {
    const found = this.#read(operand, rows)?.value ?? []
    if (!Array.isArray(found)) throw new TypeError('The condition needs a list here, such as a relation to many rows.')
    return found
  }

  #isInstance(value: unknown, model: string, exact: boolean): boolean {
    const builtin = isBuiltinInstance(value, model)
    if (builtin !== undefined) return builtin
    return this.options.isInstance ? this.options.isInstance(value, model, exact) : hasClass(value, model, exact)
  }

  #read(operand: Operand, rows: Rows): Read {
    switch (operand.kind) {
      case 'value':
        return operand
      case 'path': {
        const { root, steps } = operand
        let value = root.kind === 'resource' ? this.row : rows.get(root)
        if (value === undefined) throw new TypeError(`The row of "${root.name}" is unknown: pass it in \`known\`.`)
        for (const step of steps) {
          if (value === null) return undefined
          value = this.#field(value, step)
        }
        return { value }
      }
      case 'count':
        return this.#read(operand.of, rows) && { value: this.#listOf(operand.of, rows).length }
      case 'arithmetic':
        return calculated(operand.operator, this.#read(operand.left, rows), this.#read(operand.right, rows))
      case 'call': {
        const texts = [operand.of, ...operand.args].map((one) => this.#read(one, rows)?.value)
        return texts.every((one) => typeof one === 'string') ? { value: texts.join('') } : undefined
      }
      default:
        throw new TypeError(`A definite condition has no operand of the kind "${operand.kind}".`)
    }
  }

  #field(row: unknown, step: Step): unknown {
    if (typeof row !== 'object' || row === null)
      throw new TypeError(`"${step.name}" is read from a value without fields.`)
    const { read } = this.options
    return (read ? read(row, step) : Reflect.get(row, step.name)) ?? null
  }
}

function equal(left: unknown, right: unknown): boolean {
  return unifiable(left, right) === true
}

/** Calculates as the policy does: whole numbers within 64 bits, all others in doubles. */
function calculated(operator: Parameters<typeof floats>[0], left: Read, right: Read): Read {
  const [a, b] = [left?.value, right?.value]
  if ((typeof a !== 'number' && typeof a !== 'bigint') || (typeof b !== 'number' && typeof b !== 'bigint'))
    return undefined
  if (operator === '/' || isFloat(left) || isFloat(right))
    return { value: floats(operator, Number(a), Number(b)), float: true }
  const result = integers(operator, BigInt(a), BigInt(b))
  if (result === undefined) return undefined
  const number = Number(result)
  return { value: Number.isSafeInteger(number) ? number : result }
}

function isFloat(read: Read): boolean {
  return (
    (read && ownOf(read, 'float') === true) || (typeof read?.value === 'number' && !Number.isSafeInteger(read.value))
  )
}

function hasClass(value: unknown, model: string, exact: boolean): boolean {
  let prototype: unknown = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : null
  while (typeof prototype === 'object' && prototype !== null) {
    if ((prototype.constructor as { readonly name?: unknown } | undefined)?.name === model) return true
    if (exact) return false
    prototype = Object.getPrototypeOf(prototype)
  }
  return false
}
