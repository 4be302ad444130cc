import type { Definite, Operand, ReachStep, Schema, Span, Variable } from '@arcturus/core/internal/writes'
import { all, any, mapDefinite, operandsIn, operandType, UnsupportedFilterError } from '@arcturus/core/internal/writes'

/** Rows of a model, by their keys. */
export interface KeyedRows {
  readonly model: string
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/**
 * Returns a condition in which some rows are in no collection of a row that existed before: no row that
 * a statement creates, links or moves may be the reason why it is allowed. For example, nobody becomes
 * an administrator of a space by a new membership that makes them one.
 * @param created - The rows that the statement creates: their collections contain all rows.
 * @returns the same condition if it reads no collection of the rows' model.
 * @throws UnsupportedFilterError if the condition counts such a collection.
 */
export function withoutWitnesses(
  schema: Schema,
  condition: Definite,
  rows: KeyedRows,
  created: readonly KeyedRows[] = [],
): Definite {
  return new Excluding(schema, rows, created).condition(condition)
}

class Excluding {
  constructor(
    private readonly schema: Schema,
    private readonly rows: KeyedRows,
    private readonly created: readonly KeyedRows[],
  ) {}

  condition(of: Definite): Definite {
    this.#assertUncounted(of)
    if (of.kind === 'reach') {
      const steps = of.steps.map((step) => this.#step(step))
      const where = this.condition(of.where)
      const isSame = where === of.where && steps.every((step, at) => step === of.steps[at])
      return isSame ? of : { ...of, where, steps }
    }
    if (of.kind !== 'some') return mapDefinite(this.schema, of, (one) => this.condition(one))
    const { each, from, span } = of
    const where = this.condition(of.where)
    const same = where === of.where ? of : { ...of, where }
    if (!this.#isWritten(each)) return same
    const others: Definite = { ...of, where: all([this.#isOther(each, span), where]) }
    const isNew = this.#isCreated(from, span)
    return isNew ? any([others, all([isNew, same])]) : others
  }

  /** Returns the condition that the row with a collection is a created one; undefined if none can be. */
  #isCreated(from: Operand, span: Span): Definite | undefined {
    if (from.kind !== 'path' || from.root.kind === 'row') return undefined
    const holder = from.steps.at(-1)?.model
    if (holder === undefined) return undefined
    const steps = from.steps.slice(0, -1)
    const rows = this.created.filter(({ model, keys }) => keys.length > 0 && this.schema.isSubclass(model, holder))
    if (rows.length === 0) return undefined
    const is = (name: string, value: unknown): Definite => ({
      kind: 'compare',
      operator: '=',
      left: { kind: 'path', root: from.root, steps: [...steps, { name, model: holder, span }] },
      right: { kind: 'value', value },
      span,
    })
    const keys = rows.flatMap((one) => one.keys)
    return any(keys.map((key) => all(Object.entries(key).map(([name, value]) => is(name, value)))))
  }

  #step(step: ReachStep): ReachStep {
    const isList = operandType(this.schema, step.from).list
    const hops = step.through.map(({ each }) => each)
    const rows = [...hops, ...(isList || hops.length > 0 ? [step.next] : [])].filter((one) => this.#isWritten(one))
    const where = this.condition(step.where)
    const span = step.from.steps.at(-1)!.span
    if (rows.length > 0) return { ...step, where: all([...rows.map((one) => this.#isOther(one, span)), where]) }
    return where === step.where ? step : { ...step, where }
  }

  /** Returns whether a variable can be one of the rows. */
  #isWritten({ model }: Variable): boolean {
    const { model: written } = this.rows
    return model !== undefined && (this.schema.isSubclass(model, written) || this.schema.isSubclass(written, model))
  }

  #isOther(each: Variable, span: Span): Definite {
    const { model, keys } = this.rows
    const isNot = (name: string, value: unknown): Definite => ({
      kind: 'compare',
      operator: '!=',
      left: { kind: 'path', root: each, steps: [{ name, model, span }] },
      right: { kind: 'value', value },
      span,
    })
    return all(keys.map((key) => any(Object.entries(key).map(([name, value]) => isNot(name, value)))))
  }

  #assertUncounted(of: Definite): void {
    for (const operand of operandsIn(of)) this.#assertNoCount(operand, 'span' in of ? of.span : undefined)
  }

  #assertNoCount(operand: Operand, span: Span | undefined): void {
    for (const part of operandsIn(operand)) this.#assertNoCount(part, span)
    if (operand.kind !== 'count') return
    const { model } = operandType(this.schema, operand.of)
    if (model === undefined || !this.schema.isSubclass(model, this.rows.model)) return
    throw new UnsupportedFilterError(
      'unsupported-filter',
      `This part of the policy counts rows of ${model}, and the statement creates or moves such rows.`,
      { span, hint: 'test for a row with certain values in place of the number of rows', data: { reason: 'witness' } },
    )
  }
}
