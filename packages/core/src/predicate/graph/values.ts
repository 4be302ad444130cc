import type { Constant, Operand, Path, Step } from '../../condition/condition.js'
import { declaredType, isLength, isPresent, operandType } from '../../condition/type.js'
import { ownOf } from '../../own.js'
import { constructorOf } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { linksNamed } from '../../values/links.js'
import type { Argument, ReadPath, ReadStep, Side, Value } from './graph.js'

/** Resolves operands against a schema. */
export class Values {
  constructor(private readonly schema: Schema) {}

  /** @param present - Paths that are not nil where the operand is read; also in the other methods. */
  value(operand: Operand, present: readonly Path[]): Value {
    switch (operand.kind) {
      case 'value':
        return { kind: 'literal', value: operand.value }
      case 'constant':
        return { kind: 'constant', name: operand.name, method: undefined, assumed: ownOf(operand, 'assumed') }
      case 'path':
        return this.#path(operand, present)
      case 'field':
        return { kind: 'field', of: this.value(operand.of, present), step: this.#step(operand.step, true) }
      case 'list':
        return { kind: 'list', of: operand.elements.map((one) => this.value(one, present)) }
      case 'call': {
        const { method } = operand
        const assumed = ownOf(operand, 'assumed')
        // Sound: only calls of constants have an assumed type.
        if (assumed) return { kind: 'constant', name: (operand.of as Constant).name, method, assumed }
        const args = operand.args.map((one) => this.value(one, present))
        const { scalar, list } = operandType(this.schema, operand.of)
        const of = [this.value(operand.of, present), ...args] as const
        return { kind: 'invoke', method, of, isOfText: scalar === 'string' && !list }
      }
      case 'arithmetic': {
        const { operator, left, right } = operand
        return { kind: 'arithmetic', operator, of: [this.value(left, present), this.value(right, present)] }
      }
      // Conditions for predicates have no counts.
      case 'count':
        return { kind: 'literal', value: undefined }
    }
  }

  side(operand: Operand, present: readonly Path[]): Side {
    return {
      value: this.value(operand, present),
      type: operandType(this.schema, operand),
      declared: declaredType(this.schema, operand),
    }
  }

  args(operands: readonly Operand[], present: readonly Path[]): readonly Argument[] {
    return operands.map((operand) => {
      const isPassedOn = isArgument(operand)
      const isRead = operand.kind === 'path' && isPresent(present, operand, operand.steps.length)
      return {
        value: this.value(operand, present),
        isPassedOn,
        isThere: operand.kind === 'value' || isPassedOn || isRead,
      }
    })
  }

  #path(path: Path, present: readonly Path[]): ReadPath {
    // A field of nil is missing, whatever its own type is.
    let mayBeNil = false
    const steps = path.steps.map((step, length) => {
      const row: Path = { kind: 'path', root: path.root, steps: path.steps.slice(0, length) }
      mayBeNil = !isPresent(present, row, length) && (mayBeNil || operandType(this.schema, row).nullable)
      return this.#step(step, mayBeNil)
    })
    return { ...path, steps }
  }

  #step(step: Step, isOfNullable: boolean): ReadStep {
    const links = isLength(step) ? [] : linksNamed(this.schema, step.model, step.name)
    const field = step.model === undefined || isLength(step) ? undefined : this.schema.field(step.model, step.name)
    const model = field?.kind === 'relation' && !field.many ? field.model : undefined
    return { ...step, links, isOfNullable, holds: heldClass(this.schema, model) }
  }
}

/** Returns the class that the rows of a relation have by the schema; undefined if it has none. */
export function heldClass(schema: Schema, model: string | undefined): string | undefined {
  return model !== undefined && constructorOf(schema, model) !== undefined ? model : undefined
}

/** Returns whether a step can read a row that the database keeps: its foreign key decides which one. */
export function isKept({ links }: ReadStep): boolean {
  return links.some(({ kept }) => kept)
}

/** Returns whether an operand is an argument of the predicate or of a definition, none of which is missing. */
export function isArgument(operand: Operand): operand is Path {
  return operand.kind === 'path' && operand.steps.length === 0 && operand.root.kind !== 'variable'
}

/**
 * Returns whether an operand is a text, a number, a boolean or nil: equal only to itself, apart
 * from objects.
 */
export function isLiteral(operand: Operand): operand is Extract<Operand, { kind: 'value' }> {
  return operand.kind === 'value' && isPlainLiteral(operand.value)
}

/** Returns whether a value is a text, a number, a boolean or nil. */
export function isPlainLiteral(value: unknown): value is string | number | boolean | null {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && !Number.isNaN(value))
  )
}
