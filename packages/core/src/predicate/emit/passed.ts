import type { Operand, Path } from '../../condition/condition.js'
import { isReadBy } from '../../condition/same.js'
import { operandType } from '../../condition/type.js'
import type { Schema } from '../../schema/schema.js'
import type { OperandWriter } from './operands.js'
import type { CodeScope, PassedRows } from './scope.js'

/**
 * The rows that a call of a generated function passes. A function that reads `resource.project` takes the project, if the
 * caller has read it already, or if the function would read it first. So it is read once, and policies about projects and
 * about their issues share the function.
 */
export class Passed implements PassedRows {
  readonly #schema: Schema
  readonly #operands: OperandWriter
  readonly #caller: CodeScope
  readonly #first: Path | undefined
  readonly #rows: { readonly name: string; readonly path: Path }[] = []

  /** @param first - The operand that the function reads first. */
  constructor(schema: Schema, operands: OperandWriter, caller: CodeScope, first: Operand | undefined) {
    this.#schema = schema
    this.#operands = operands
    this.#caller = caller
    this.#first = first?.kind === 'path' ? beginning(first, first.steps.length - 1) : undefined
  }

  find(path: Path): { readonly name: string; readonly length: number } | undefined {
    // What is read from a row stays in the function, so that more functions are alike.
    const isRow = path.steps.length === 0 || operandType(this.#schema, path).model !== undefined
    for (let length = path.steps.length - (isRow ? 0 : 1); length >= 0; length--) {
      const row = beginning(path, length)
      if (this.#isPassed(row)) return { name: this.#nameOf(row), length }
    }
    return undefined
  }

  #isPassed(row: Path): boolean {
    if (row.steps.length === 0) return row.root.kind === 'resource'
    return (this.#first !== undefined && isReadBy(row, this.#first)) || this.#operands.isKnown(row, this.#caller)
  }

  #nameOf(path: Path): string {
    let row = this.#rows.find((one) => isReadBy(path, one.path) && isReadBy(one.path, path))
    if (!row) {
      row = { name: `row${this.#rows.length}`, path }
      this.#rows.push(row)
    }
    return row.name
  }

  /** Returns the path to the row that a parameter is passed; undefined for any other parameter. */
  pathOf(parameter: string): Path | undefined {
    return this.#rows.find(({ name }) => name === parameter)?.path
  }

  /** Returns what distinguishes a parameter's rows from others: their model, or else where they are read. */
  kindOf(parameter: string): unknown {
    const path = this.pathOf(parameter)
    if (!path) return null
    if (path.steps.length === 0) return path.root.model ?? null
    const { model } = operandType(this.#schema, path)
    return model ?? path.steps.map(({ name }) => name)
  }

  /** Returns whether another caller can pass the same rows without reading them earlier. */
  isKnownIn(scope: CodeScope): boolean {
    return this.#rows.every(({ path }) => {
      const isFirst = this.#first !== undefined && isReadBy(path, this.#first)
      return path.steps.length === 0 || isFirst || this.#operands.isKnown(path, scope)
    })
  }
}

function beginning({ root, steps }: Path, length: number): Path {
  return { kind: 'path', root, steps: steps.slice(0, length) }
}
