import type { Operand, Span } from '@arcturus/core/internal/sql'
import { refuse } from './refusal.js'
import type { Row } from './row.js'
import type { Rows } from './rows.js'
import type { SqlField } from './tables.js'

/** The end of a path: a row, reached through to-one relations, and a field of it. */
export interface Place {
  readonly row: Row
  /** The row's model, if it is known. */
  readonly model: string | undefined
  /** Undefined if the path is the row itself. */
  readonly field: SqlField | undefined
}

/** Finds the rows and fields of paths. */
export class Places {
  constructor(private readonly rows: Rows) {}

  /**
   * Returns the row that needs a subquery of its own before a path can be read; undefined if none
   * does.
   */
  needed(operand: Operand, span: Span): Row | undefined {
    if (operand.kind !== 'path') return undefined
    const found = this.#walk(operand, span)
    return 'needed' in found ? found.needed : undefined
  }

  /** Returns the end of a path whose rows are all in the query. */
  here(operand: Operand, span: Span): Place {
    if (operand.kind !== 'path') return refuseOperand(operand, span)
    const found = this.#walk(operand, span)
    if ('needed' in found) throw new TypeError(`${show(operand)} is read before its row is in the query`)
    return found
  }

  #walk(path: Extract<Operand, { kind: 'path' }>, span: Span): Place | { readonly needed: Row } {
    let row = this.rows.root(path.root, span)
    let model = path.root.model
    let field: SqlField | undefined
    for (const step of path.steps) {
      if (field?.kind === 'relation') {
        if (field.relation.many) return refuseOperand(path, step.span)
        const next = this.rows.hop(row, field.relation, step.span)
        if (!next) return { needed: row }
        row = next
        model = field.relation.model
      } else if (field?.kind === 'embedded') model = field.model
      else if (field) return refuseOperand(path, step.span)
      field = this.#field(step.model, step.name) ?? this.#field(model, step.name)
      if (!field) return refuse('unknown-field', `${model ?? 'This value'} has no column "${step.name}".`, step.span)
    }
    return this.#isReadable(row, field) ? { row, model, field } : { needed: row }
  }

  #field(model: string | undefined, name: string): SqlField | undefined {
    return model === undefined ? undefined : this.rows.field(model, name)
  }

  /** Whether a row's field can be read in the query. */
  #isReadable(row: Row, field: SqlField | undefined): boolean {
    if (field?.kind === 'column') return row.column(field.column) !== undefined
    if (field?.kind !== 'relation') return row.isIn
    const { link } = field.relation
    const pairs = link.kind === 'columns' ? link.pairs : link.own
    return pairs.every((pair) => row.column(pair.from) !== undefined)
  }
}

export function refuseOperand(operand: Operand, span: Span): never {
  const what = operand.kind === 'path' ? `"${show(operand)}"` : `a ${operand.kind}`
  return refuse('operand', `A SQL filter cannot use ${what} here.`, span)
}

function show(path: Extract<Operand, { kind: 'path' }>): string {
  return [path.root.name, ...path.steps.map((step) => step.name)].join('.')
}
