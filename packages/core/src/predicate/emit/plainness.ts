import type { CompareOperator, Operand, OperandType } from '../../condition/condition.js'
import { elementType, operandType } from '../../condition/type.js'
import type { ScalarType } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { builtinClasses } from '../../values/builtin.js'
import { isValueModel } from '../../values/kinds.js'

const plainNumbers: ReadonlySet<ScalarType | undefined> = new Set(['integer', 'bigint', 'float'])
const plainScalars: ReadonlySet<ScalarType | undefined> = new Set(['string', 'enum', 'uuid', 'boolean'])

export function isPlainNumber({ scalar, list }: OperandType): boolean {
  return !list && plainNumbers.has(scalar)
}

/** Returns whether a value of a type equals no date, decimal, list, dictionary or bytes. */
function isPlain({ model, scalar, list }: OperandType): boolean {
  return !list && (model !== undefined || plainScalars.has(scalar))
}

/**
 * Returns whether the compiled runtime can compare two operands with the few kinds of values that it always has.
 * @param ofElements - Whether the elements of the right list are compared.
 */
export function isPlainComparison(schema: Schema, left: Operand, right: Operand, ofElements: boolean): boolean {
  const a = operandType(schema, left)
  const type = operandType(schema, right)
  const b = ofElements ? elementType(type) : type
  return isPlain(a) || isPlain(b) || (isPlainNumber(a) && isPlainNumber(b))
}

/** As `isPlainComparison`, for `==`, `!=` and the orderings. */
export function isPlainOrder(schema: Schema, operator: CompareOperator, left: Operand, right: Operand): boolean {
  const types = [left, right].map((operand) => operandType(schema, operand))
  if (operator === '==' || operator === '!=')
    return types.every((type) => isPlainNumber(type) || (!type.list && plainScalars.has(type.scalar)))
  return types.some(({ scalar, list }) => !list && scalar === 'date') || types.every(isPlainNumber)
}

/** Returns whether the rows of all models have keys of texts and plain numbers, and no model's instances are values. */
export function hasPlainRows(schema: Schema): boolean {
  return [...schema.models.values()].every((model) => {
    const { name } = model
    if (builtinClasses.has(name)) return true
    const columns = (schema.key(name) ?? []).map((column) => schema.field(name, column))
    const isPlainColumn = columns.every(
      (field) =>
        field?.kind === 'scalar' && !field.list && (plainNumbers.has(field.type) || plainScalars.has(field.type)),
    )
    return isPlainColumn && !isValueModel(model)
  })
}
