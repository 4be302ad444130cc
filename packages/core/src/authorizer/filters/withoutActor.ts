import type { Condition, KnownRow, Operand, Ref } from '../../condition/condition.js'
import { TRUE } from '../../condition/construct.js'
import { type Replacement, substituteOperand } from '../../condition/substitute.js'
import { operandType, rowType, stepField } from '../../condition/type.js'
import { mapOperands, mapParts, operandsIn } from '../../condition/visit.js'
import { BoundDefinitions } from '../../evaluate/exact/definitions.js'
import type { Schema } from '../../schema/schema.js'

const nil: Operand = { kind: 'value', value: null }

/**
 * Converts a condition to the form that filters have for some actor: parts that depend on the actor
 * alone count as known, though their values are not known here.
 */
export class WithoutActor {
  readonly #rows = new Map<string, KnownRow>()
  readonly #definitions = new BoundDefinitions()

  constructor(private readonly schema: Schema) {}

  condition(of: Condition): Condition {
    return this.#condition(of, ({ kind, model }) => (kind === 'actor' ? this.#someone(model) : undefined))
  }

  #condition(of: Condition, known: Replacement): Condition {
    switch (of.kind) {
      case 'some': {
        const from = substituteOperand(of.from, known)
        if (dependsOnRow(from)) return { ...of, from, where: this.#condition(of.where, known) }
        return this.#condition(of.where, (root) => (root === of.each ? this.#someone(root.model) : known(root)))
      }
      case 'opaque':
        return operandsIn(of).some((one) => dependsOnRow(substituteOperand(one, known))) ? of : TRUE
      case 'ref':
        return this.#ref(of, known)
      default: {
        if (operandsIn(of).length === 0) return mapParts(of, (one) => this.#condition(one, known))
        const moved = mapOperands(of, (one) => this.#operand(substituteOperand(one, known), nil))
        return operandsIn(moved).some(dependsOnRow) ? moved : TRUE
      }
    }
  }

  #ref({ definition, args, span }: Ref, known: Replacement): Condition {
    const operands = args.map((one) => this.#operand(substituteOperand(one, known), nil))
    if (!operands.some(dependsOnRow)) return TRUE
    return this.#definitions.refer(definition, operands, span, (own) => this.#condition(definition.condition, own))
  }

  /** Returns a sample row of a model, or nil if there is no model. */
  #someone(model: string | undefined): Operand {
    if (model === undefined || !this.schema.models.has(model)) return nil
    const key = (this.schema.key(model) ?? []).map((field) => ({ field, value: 0 }))
    const row = this.#rows.get(model) ?? {
      kind: 'row',
      name: model,
      model,
      key,
      type: rowType(this.schema, model, false),
    }
    this.#rows.set(model, row)
    return { kind: 'path', root: row, steps: [] }
  }

  /** @param sample - The placeholder for a value that is computed from the actor alone. */
  #operand(of: Operand, sample: Operand): Operand {
    if (!dependsOnRow(of)) {
      if (of.kind === 'value') return of
      const { model, list } = operandType(this.schema, of)
      // A recursion along relations of the actor, such as `team.parent`, comes back to the same sample.
      if (of.kind === 'path' && of.steps.length > 0 && model !== undefined && !list) return this.#someone(model)
      return of.kind === 'path' && of.steps.every((step) => stepField(this.schema, step)) ? of : sample
    }
    switch (of.kind) {
      case 'call':
      case 'list':
        return mapOperands(of, (one) => this.#operand(one, nil))
      case 'arithmetic':
        return mapOperands(of, (one) => this.#operand(one, { kind: 'value', value: 1 }))
      default:
        return of
    }
  }
}

function dependsOnRow(operand: Operand): boolean {
  if (operand.kind === 'path') return operand.root.kind !== 'row' && operand.root.kind !== 'action'
  return operandsIn(operand).some(dependsOnRow)
}
