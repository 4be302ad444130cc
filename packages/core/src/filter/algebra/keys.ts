import type { Definite, Operand, Path, Root } from '../../condition/condition.js'
import { isNil } from '../../condition/type.js'
import { labelOf, operandsIn, partsIn, variablesIn } from '../../condition/visit.js'
import { identityOfRow } from '../../evaluate/exact/knownRow.js'
import { entryOf } from '../../values/entryOf.js'

/**
 * Returns texts that are equal for conditions that are the same in every row. A condition too large
 * to compare has its identity.
 */
export class DefiniteKeys {
  readonly #ids = new Map<object, number>()
  readonly #known = new Map<Definite, string>()

  of(condition: Definite): string {
    const known = this.#known.get(condition)
    if (known !== undefined) return known
    const key = this.#find(condition)
    this.#known.set(condition, key)
    return key
  }

  ofOperand(operand: Operand): string {
    if (operand.kind === 'value') return this.ofValue(operand.value)
    if (operand.kind !== 'path') return this.#identity(operand)
    const { as } = operand
    const known = as ? ` as ${as.model} ${as.exact} ${as.scalar} ${as.list} ${as.nullable}` : ''
    return `${this.#path(operand)}${known}`
  }

  ofValue(value: unknown): string {
    if (value instanceof Date) return `date ${value.getTime()}`
    return typeof value === 'object' && value !== null ? this.#identity(value) : `${typeof value} ${String(value)}`
  }

  /** Returns the key of a comparison of a path with nil, `=` or `!=`. */
  ofNil(path: Path, operator: '=' | '!='): string {
    return `${operator} nil(${this.#path(path)})`
  }

  #find(condition: Definite): string {
    if (variablesIn(condition).length > 0) return this.#identity(condition)
    const operands = operandsIn(condition).map((one) => this.ofOperand(one))
    if (condition.kind === 'compare' && (condition.operator === '=' || condition.operator === '!=')) {
      const { operator, left, right } = condition
      if (left.kind === 'path' && isNil(right)) return this.ofNil(left, operator)
      if (right.kind === 'path' && isNil(left)) return this.ofNil(right, operator)
      operands.sort()
    }
    return `${labelOf(condition)}(${[...operands, ...partsIn(condition).map((one) => this.of(one))].join()})`
  }

  #path({ root, steps }: Path): string {
    let key = this.#root(root)
    for (const { name } of steps) key += `.${name}`
    return key
  }

  #root(root: Root): string {
    // The resource is another object for each class that the condition is derived for.
    if (root.kind === 'resource') return root.kind
    return root.kind === 'row' ? identityOfRow(root) : this.#identity(root)
  }

  #identity(one: object): string {
    const id = entryOf(this.#ids, one, () => this.#ids.size)
    return `#${id}`
  }
}
