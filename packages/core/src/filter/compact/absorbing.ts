import type { Definite, DefiniteSome, Path } from '../../condition/condition.js'
import type { Schema } from '../../schema/schema.js'
import { DefiniteKeys } from '../algebra/keys.js'
import { all, any, FALSE, TRUE } from '../algebra/logic.js'
import { replaceRoots } from '../algebra/roots.js'

/** The maximum number of parts that are compared in one filter. Other parts stay as they are. */
const mostCompared = 5_000

/** Returns whether a condition is known to be true for no more rows than another one. */
export function implies(schema: Schema, one: Definite, other: Definite): boolean {
  return new Absorbing(schema, new DefiniteKeys()).implies(one, other)
}

/**
 * Drops parts of alternatives that another alternative includes. For example,
 * `(private and (owner or viewer)) or owner` becomes `(private and viewer) or owner`.
 */
export class Absorbing {
  #compared = 0

  constructor(
    private readonly schema: Schema,
    private readonly keys: DefiniteKeys,
  ) {}

  /** @param arms - The alternatives of one disjunction, of which none is a disjunction. */
  absorb(arms: readonly Definite[]): readonly Definite[] {
    const kept = [...arms]
    // Only conjunctions narrow what another alternative says.
    for (const [at, arm] of arms.entries()) if (arm.kind === 'and') kept[at] = this.#without(arm, kept.toSpliced(at, 1))
    return kept
  }

  /** Returns a condition that is the same in the rows for which all of the others are false. */
  #without(condition: Definite, others: readonly Definite[]): Definite {
    if (others.some((other) => this.implies(condition, other))) return FALSE
    switch (condition.kind) {
      case 'and':
        return all(condition.of.map((one) => this.#without(one, others)))
      case 'or':
        return any(condition.of.map((one) => this.#without(one, others)))
      case 'not':
        return others.some((other) => this.implies(condition.of, other)) ? TRUE : condition
      default:
        return condition
    }
  }

  /** Returns whether a condition is known to be true for no more rows than another one. */
  implies(one: Definite, other: Definite): boolean {
    if (one.kind === 'false') return true
    if (other.kind === 'false' || ++this.#compared > mostCompared) return false
    if (other.kind === 'and') return other.of.every((part) => this.implies(one, part))
    if (one.kind === 'or') return one.of.every((part) => this.implies(part, other))
    if (other.kind === 'or' && other.of.some((part) => this.implies(one, part))) return true
    if (one.kind === 'and') return one.of.some((part) => this.implies(part, other))
    if (one.kind === 'some' && other.kind === 'some') return this.#isNarrower(one, other)
    if (one.kind === 'not' && other.kind === 'not') return this.implies(other.of, one.of)
    return this.keys.of(one) === this.keys.of(other) || this.#isInList(one, other)
  }

  #isNarrower(one: DefiniteSome, other: DefiniteSome): boolean {
    if (this.keys.ofOperand(one.from) !== this.keys.ofOperand(other.from)) return false
    const row: Path = { kind: 'path', root: other.each, steps: [] }
    const where = replaceRoots(this.schema, one.where, (root) => (root === one.each ? row : undefined))
    return this.implies(where, other.where)
  }

  /** Returns whether both say that a column has one of several values, and the other has all of them. */
  #isInList(one: Definite, other: Definite): boolean {
    const [own, wider] = [listOf(one), listOf(other)]
    if (!own || !wider || own.values.length > wider.values.length) return false
    if (this.keys.ofOperand(own.item) !== this.keys.ofOperand(wider.item)) return false
    const found = new Set(wider.values.map((value) => this.keys.ofValue(value)))
    return own.values.every((value) => found.has(this.keys.ofValue(value)))
  }
}

/**
 * Returns the values that a path is compared with, if they can be in a list: nil needs another
 * test.
 */
export function listOf(condition: Definite): { readonly item: Path; readonly values: readonly unknown[] } | undefined {
  if (condition.kind === 'in') {
    const { item, list } = condition
    return item.kind === 'path' && list.kind === 'value' && Array.isArray(list.value) && list.value.every(isListable)
      ? { item, values: list.value }
      : undefined
  }
  if (condition.kind !== 'compare' || condition.operator !== '=') return undefined
  for (const [path, value] of [
    [condition.left, condition.right],
    [condition.right, condition.left],
  ] as const) {
    if (path.kind === 'path' && value.kind === 'value' && isListable(value.value))
      return { item: path, values: [value.value] }
  }
  return undefined
}

function isListable(value: unknown): boolean {
  return value instanceof Date || (value !== null && value !== undefined && typeof value !== 'object')
}
