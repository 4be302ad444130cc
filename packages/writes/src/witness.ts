import type {
  Compare,
  Definite,
  Operand,
  Path,
  ReachStep,
  Schema,
  Span,
  Step,
  Variable,
} from '@arcturus/core/internal/writes'
import {
  all,
  any,
  complement,
  FALSE,
  mapDefinite,
  operandsIn,
  operandType,
  partsIn,
  pathsIn,
  rowType,
  stepField,
  TRUE,
  UnsupportedFilterError,
} from '@arcturus/core/internal/writes'

/** The maximum number of written rows that are counted one by one. */
const mostCounted = 5

/** Rows of a model, by their keys. */
export interface KeyedRows {
  readonly model: string
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/**
 * Returns a condition in which some rows are in no collection of a row that existed before, nor at the other end of its
 * one-to-one relations: no row that a statement creates, links or moves may be the reason why it is allowed. For example,
 * nobody becomes an administrator of a space by a new membership that makes them one.
 * @param created - The rows that the statement creates: their relations lead to all rows.
 * @returns the same condition if no relation in it leads to rows of the model.
 * @throws UnsupportedFilterError if the condition counts such a collection in a computation, or there are many rows.
 */
export function withoutWitnesses(
  schema: Schema,
  condition: Definite,
  rows: KeyedRows,
  created: readonly KeyedRows[] = [],
): Definite {
  return new Excluding(schema, rows, created).condition(condition)
}

/** Returns whether a condition reads columns of the row alone, and no relation. */
export function readsColumnsAlone(schema: Schema, condition: Definite): boolean {
  const isColumn = ({ root, steps }: Path): boolean =>
    root.kind === 'resource' && steps.length === 1 && stepField(schema, steps[0]!)?.kind === 'scalar'
  return (
    condition.kind !== 'some' &&
    condition.kind !== 'reach' &&
    operandsIn(condition).flatMap(pathsIn).every(isColumn) &&
    partsIn(condition).every((part) => readsColumnsAlone(schema, part))
  )
}

class Excluding {
  constructor(
    private readonly schema: Schema,
    private readonly rows: KeyedRows,
    private readonly created: readonly KeyedRows[],
  ) {}

  condition(of: Definite): Definite {
    return this.#without(of, this.#passed(of))
  }

  /** Returns a condition in which relations to one row lead nowhere if they lead to one of the rows. */
  #without(of: Definite, [to, ...others]: readonly Path[]): Definite {
    if (!to) return this.#withoutMembers(of)
    const { span } = to.steps.at(-1)!
    const isNew = this.#isCreated(to, span) ?? FALSE
    const isNil = (one: Operand): Operand =>
      one.kind === 'path' && pathText(one) === pathText(to) ? { kind: 'value', value: null } : one
    const [left, right] = of.kind === 'compare' ? [isNil(of.left), isNil(of.right)] : []
    const isEnd = of.kind === 'compare' && (left !== of.left || right !== of.right)
    const isWritten = this.#isOne(to, span)
    // Whatever is read further on the path has no value.
    const missing = isEnd ? this.#without(folded({ ...of, left: left!, right: right! }), others) : FALSE
    const isOther = isEnd ? complement(this.schema, isWritten) : this.#isOther(to, span)
    return any([
      all([any([isOther, isNew]), this.#without(of, others)]),
      all([isWritten, complement(this.schema, isNew), missing]),
    ])
  }

  /** Returns the paths to one row that can be one of the rows, and is at the other end of a one-to-one relation. */
  #passed(of: Definite): readonly Path[] {
    const found = new Map<string, Path>()
    for (const { root, steps } of operandsIn(of).flatMap(pathsIn)) {
      for (const [at, step] of steps.entries()) {
        // The row that is judged has its own columns as they are after the statement.
        const isOwn = at === 0 && root.kind === 'resource'
        const to: Path = { kind: 'path', root, steps: steps.slice(0, at + 1) }
        if (this.#isOneToOne(step, isOwn)) found.set(pathText(to), to)
      }
    }
    return [...found.values()]
  }

  /** @param isOwn - Whether a reference that the row itself holds does not count. */
  #isOneToOne(step: Step, isOwn = false): boolean {
    const field = stepField(this.schema, step)
    if (field?.kind !== 'relation' || field.many || !this.#isWritten(field)) return false
    if (typeof field.inverse === 'string') return true
    const isInverse = (one: typeof field): boolean =>
      !one.many && one.inverse === step.name && this.schema.isSubclass(step.model!, one.model)
    return !isOwn && this.schema.fields(field.model).some((one) => one.kind === 'relation' && isInverse(one))
  }

  #withoutMembers(of: Definite): Definite {
    if (of.kind === 'compare') return this.#counted(of)
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
    const others: Definite = { ...of, where: all([this.#isOther(at(each), span), where]) }
    const isNew = this.#isCreated(from, span)
    return isNew ? any([others, all([isNew, same])]) : others
  }

  /** Returns a comparison in which the written rows of a collection are not counted. */
  #counted(of: Compare): Definite {
    const [count, other] = [of.left, of.right].some((one) => one.kind === 'count') ? sides(of) : []
    const model = count && operandType(this.schema, count.of).model
    const { keys } = this.rows
    if (!count || !this.#isWritten({ model }) || keys.length > mostCounted) {
      this.#assertUncounted(of)
      return of
    }
    this.#assertNoCount(other!, of.span)
    const members = keys.map((key, rank): Definite => {
      const each: Variable = {
        kind: 'variable',
        name: `counted${rank}`,
        model,
        type: rowType(this.schema, model!, false),
      }
      const where = this.#isEqual(at(each), model, key, of.span)
      return { kind: 'some', each, from: count.of, where, span: of.span }
    })
    const without = (left: number, [member, ...others]: readonly Definite[]): Definite =>
      member
        ? any([all([member, without(left + 1, others)]), all([complement(this.schema, member), without(left, others)])])
        : {
            ...of,
            ...(of.left === count ? { right: sum(other!, left, of.span) } : { left: sum(other!, left, of.span) }),
          }
    const isNew = this.#isCreated(count.of, of.span) ?? FALSE
    return any([all([isNew, of]), all([complement(this.schema, isNew), without(0, members)])])
  }

  /** Returns the condition that the row with a collection is a created one; undefined if none can be. */
  #isCreated(from: Operand, span: Span): Definite | undefined {
    if (from.kind !== 'path' || from.root.kind === 'row') return undefined
    const holder = from.steps.at(-1)?.model
    if (holder === undefined) return undefined
    const steps = from.steps.slice(0, -1)
    const rows = this.created.filter(({ model, keys }) => keys.length > 0 && this.schema.isSubclass(model, holder))
    if (rows.length === 0) return undefined
    const keys = rows.flatMap((one) => one.keys)
    return any(keys.map((key) => this.#isEqual({ ...from, steps }, holder, key, span)))
  }

  #isEqual(to: Path, model: string | undefined, key: KeyedRows['keys'][number], span: Span): Definite {
    return all(this.#comparisons('=', to, model, key, span))
  }

  #comparisons(
    operator: '=' | '!=',
    to: Path,
    model: string | undefined,
    key: KeyedRows['keys'][number],
    span: Span,
  ): readonly Definite[] {
    return Object.entries(key).map(([name, value]) => ({
      kind: 'compare',
      operator,
      left: { ...to, steps: [...to.steps, { name, model, span }] },
      right: { kind: 'value', value },
      span,
    }))
  }

  #step(step: ReachStep): ReachStep {
    const isList = operandType(this.schema, step.from).list
    const hops = step.through.map(({ each }) => each)
    const rows = [
      ...hops,
      ...(isList || hops.length > 0 || this.#isOneToOne(step.from.steps.at(-1)!) ? [step.next] : []),
    ].filter((one) => this.#isWritten(one))
    const where = this.condition(step.where)
    const span = step.from.steps.at(-1)!.span
    if (rows.length > 0) return { ...step, where: all([...rows.map((one) => this.#isOther(at(one), span)), where]) }
    return where === step.where ? step : { ...step, where }
  }

  /** Returns whether a variable can be one of the rows. */
  #isWritten({ model }: Pick<Variable, 'model'>): boolean {
    const { model: written } = this.rows
    return model !== undefined && (this.schema.isSubclass(model, written) || this.schema.isSubclass(written, model))
  }

  #isOne(to: Path, span: Span): Definite {
    const { model, keys } = this.rows
    return any(keys.map((key) => this.#isEqual(to, model, key, span)))
  }

  /** Returns the condition that a row is none of the rows. A row that is missing is none of either kind. */
  #isOther(to: Path, span: Span): Definite {
    const { model, keys } = this.rows
    return all(keys.map((key) => any(this.#comparisons('!=', to, model, key, span))))
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

/** Returns the result of a comparison of values, of which one is nil. */
function folded(of: Compare): Definite {
  const { operator, left, right } = of
  if (left.kind !== 'value' || right.kind !== 'value') return of
  const isEqual = left.value === right.value
  return (operator === '!=' ? !isEqual : isEqual && operator.startsWith('=')) ? TRUE : FALSE
}

/** Returns the count and the other side of a comparison. */
function sides({ left, right }: Compare): [Extract<Operand, { kind: 'count' }> | undefined, Operand] {
  if (left.kind === 'count') return [left, right]
  return [right.kind === 'count' ? right : undefined, left]
}

function sum(of: Operand, number: number, span: Span): Operand {
  if (number === 0) return of
  if (of.kind === 'value' && typeof of.value === 'number') return { ...of, value: of.value + number }
  return { kind: 'arithmetic', operator: '+', left: of, right: { kind: 'value', value: number }, span }
}

function at(root: Variable): Path {
  return { kind: 'path', root, steps: [] }
}

function pathText({ root, steps }: Path): string {
  return [root.kind, root.name, ...steps.map(({ name }) => name)].join(' ')
}
