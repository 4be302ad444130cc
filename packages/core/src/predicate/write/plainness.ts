import type { CompareOperator, OperandType } from '../../condition/condition.js'
import { elementType } from '../../condition/type.js'
import type { ScalarType } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { builtinClasses } from '../../values/builtin.js'
import { isValueModel } from '../../values/kinds.js'

const plainNumbers: ReadonlySet<ScalarType | undefined> = new Set(['integer', 'bigint', 'float'])
const plainScalars: ReadonlySet<ScalarType | undefined> = new Set(['string', 'enum', 'uuid', 'boolean'])

export function isPlainNumber({ scalar, list }: OperandType): boolean {
  return !list && plainNumbers.has(scalar)
}

/** Returns whether a type is that of texts, booleans or plain numbers. */
export function isPlainScalar(type: OperandType): boolean {
  return isPlainNumber(type) || (!type.list && plainScalars.has(type.scalar))
}

/** Returns whether a value of a type equals no date, decimal, list, dictionary or bytes. */
function isPlain({ model, scalar, list }: OperandType): boolean {
  return !list && (model !== undefined || plainScalars.has(scalar))
}

/**
 * Returns whether the compiled runtime can compare values of two types with the few kinds of values that it always has.
 * @param ofElements - Whether the elements of the right list are compared.
 */
export function isPlainComparison(left: OperandType, right: OperandType, ofElements: boolean): boolean {
  const other = ofElements ? elementType(right) : right
  return isPlain(left) || isPlain(other) || (isPlainNumber(left) && isPlainNumber(other))
}

/** As `isPlainComparison`, for `==`, `!=` and the orderings. */
export function isPlainOrder(operator: CompareOperator, types: readonly OperandType[]): boolean {
  if (operator === '==' || operator === '!=') return types.every(isPlainScalar)
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
