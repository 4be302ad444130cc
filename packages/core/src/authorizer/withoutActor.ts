import type { Condition, KnownRow, Operand, Ref } from '../condition/condition.js'
import { and, not, or, TRUE } from '../condition/construct.js'
import { type Replacement, substituteOperand } from '../condition/substitute.js'
import { rowType, stepField } from '../condition/type.js'
import { BoundDefinitions } from '../filter/bind/definitions.js'
import type { Schema } from '../schema/schema.js'

const nil: Operand = { kind: 'value', value: null }

/**
 * Converts a condition to the form that filters have for some actor: parts that depend on the actor
 * alone count as known, though their values are not known here.
 */
export class WithoutActor {
  readonly #schema: Schema
  readonly #rows = new Map<string, KnownRow>()
  readonly #definitions = new BoundDefinitions()

  constructor(schema: Schema) {
    this.#schema = schema
  }

  condition(of: Condition): Condition {
    return this.#condition(of, ({ kind, model }) => (kind === 'actor' ? this.#someone(model) : undefined))
  }

  #condition(of: Condition, known: Replacement): Condition {
    const operand = (one: Operand): Operand => this.#operand(substituteOperand(one, known), nil)
    switch (of.kind) {
      case 'true':
      case 'false':
      case 'failure':
        return of
      case 'and':
        return and(...of.of.map((one) => this.#condition(one, known)))
      case 'or':
        return or(...of.of.map((one) => this.#condition(one, known)))
      case 'not':
        return not(this.#condition(of.of, known))
      case 'test':
      case 'reads':
      case 'isa': {
        const one = operand(of.of)
        return dependsOnRow(one) ? { ...of, of: one } : TRUE
      }
      case 'compare': {
        const [left, right] = [operand(of.left), operand(of.right)]
        return dependsOnRow(left) || dependsOnRow(right) ? { ...of, left, right } : TRUE
      }
      case 'in': {
        const [item, list] = [operand(of.item), operand(of.list)]
        return dependsOnRow(item) || dependsOnRow(list) ? { ...of, item, list } : TRUE
      }
      case 'text': {
        const [one, part] = [operand(of.of), operand(of.part)]
        return dependsOnRow(one) || dependsOnRow(part) ? { ...of, of: one, part } : TRUE
      }
      case 'some': {
        const from = substituteOperand(of.from, known)
        if (dependsOnRow(from)) return { ...of, from, where: this.#condition(of.where, known) }
        return this.#condition(of.where, (root) => (root === of.each ? this.#someone(root.model) : known(root)))
      }
      case 'opaque': {
        const operands = of.goal.bindings.map((one) => substituteOperand(one.operand, known))
        return operands.some(dependsOnRow) ? of : TRUE
      }
      case 'ref':
        return this.#ref(of, known)
    }
  }

  #ref({ definition, args, span }: Ref, known: Replacement): Condition {
    const operands = args.map((one) => this.#operand(substituteOperand(one, known), nil))
    if (!operands.some(dependsOnRow)) return TRUE
    return this.#definitions.refer(definition, operands, '', span, (own) => this.#condition(definition.condition, own))
  }

  /** Returns a sample row of a model, or nil if there is no model. */
  #someone(model: string | undefined): Operand {
    if (model === undefined || !this.#schema.models.has(model)) return nil
    const key = (this.#schema.key(model) ?? []).map((field) => ({ field, value: 0 }))
    const row = this.#rows.get(model) ?? {
      kind: 'row',
      name: model,
      model,
      key,
      type: rowType(this.#schema, model, false),
    }
    this.#rows.set(model, row)
    return { kind: 'path', root: row, steps: [] }
  }

  /** @param sample - The placeholder for a value that is computed from the actor alone. */
  #operand(of: Operand, sample: Operand): Operand {
    if (!dependsOnRow(of)) {
      if (of.kind === 'value') return of
      return of.kind === 'path' && of.steps.every((step) => stepField(this.#schema, step)) ? of : sample
    }
    switch (of.kind) {
      case 'call':
        return { ...of, of: this.#operand(of.of, nil), args: of.args.map((one) => this.#operand(one, nil)) }
      case 'arithmetic': {
        const one: Operand = { kind: 'value', value: 1 }
        return { ...of, left: this.#operand(of.left, one), right: this.#operand(of.right, one) }
      }
      case 'list':
        return { ...of, elements: of.elements.map((one) => this.#operand(one, nil)) }
      default:
        return of
    }
  }
}

function dependsOnRow(operand: Operand): boolean {
  switch (operand.kind) {
    case 'value':
    case 'constant':
      return false
    case 'path':
      return operand.root.kind !== 'row' && operand.root.kind !== 'action'
    case 'count':
    case 'field':
      return dependsOnRow(operand.of)
    case 'list':
      return operand.elements.some(dependsOnRow)
    case 'call':
      return dependsOnRow(operand.of) || operand.args.some(dependsOnRow)
    case 'arithmetic':
      return dependsOnRow(operand.left) || dependsOnRow(operand.right)
  }
}
