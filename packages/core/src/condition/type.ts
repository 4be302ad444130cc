import { ownOf } from '../own.js'
import { type Family, primitivesOf, scalarFamilies } from '../schema/families.js'
import type { Field, Model, ScalarType } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import { Dict } from '../values/dict.js'
import { isValueModel } from '../values/kinds.js'
import { isDecimal } from '../values/numeric.js'
import type { AssumedType, Operand, OperandType, Path, Step } from './condition.js'
export const unknownType: OperandType = {
  model: undefined,
  exact: false,
  scalar: undefined,
  list: false,
  nullable: true,
}

/**
 * Returns the type of a row of a model; of a scalar or a list for built-in classes such as `String` and `List`; an
 * unknown type for other classes of values, such as `Date`: they equal values that are not rows.
 * @param exact - Whether the class is exactly `model`. Default: whether it has no subclasses.
 */
export function rowType(
  schema: Schema,
  model: string,
  nullable: boolean,
  exact: boolean = schema.descendants(model).length === 1,
): OperandType {
  const scalar = builtInScalars[model]
  if (scalar) return { model: undefined, exact: true, scalar, list: false, nullable }
  if (schema.models.get(model)?.class === Array) return { ...unknownType, list: true, nullable }
  if (schema.descendants(model).some((one) => areValues(schema.models.get(one)))) return { ...unknownType, nullable }
  return { model, exact, scalar: undefined, list: false, nullable }
}

/** Returns whether instances of a model can be values. A dictionary equals only others. */
function areValues(model: Model | undefined): boolean {
  const cls = model?.class
  if (cls === undefined || cls === Dict) return false
  return cls === Number || Object.prototype.isPrototypeOf.call(Array.prototype, cls.prototype) || isValueModel(model!)
}

const builtInScalars: Readonly<Record<string, ScalarType>> = {
  String: 'string',
  Integer: 'float',
  Float: 'float',
  Boolean: 'boolean',
}

/** Returns the type of a field's value. */
export function fieldType(schema: Schema, field: Field): OperandType {
  if (field.kind === 'scalar')
    return {
      model: undefined,
      exact: false,
      scalar: field.type === 'unknown' ? undefined : field.type,
      list: field.list,
      nullable: field.nullable,
    }
  if (!schema.typeNamed(field.model)) return { ...unknownType, list: field.many, nullable: field.nullable }
  const type = rowType(schema, field.model, field.nullable)
  // Only the type of an actor or a resource is known, not that of a field.
  return { ...type, exact: type.exact && type.scalar === undefined, list: field.many }
}

const length: Field = { kind: 'scalar', name: 'length', type: 'integer', nullable: false, list: false }

/** Returns whether a step reads the length of a list. */
export function isLength(step: Step): boolean {
  return Object.hasOwn(step, 'ofList')
}

/** Returns the field that a step reads; undefined if unknown. */
export function stepField(schema: Schema, step: Step): Field | undefined {
  if (isLength(step)) return length
  return step.model === undefined ? undefined : schema.field(step.model, step.name)
}

/** Returns the static type of an operand's value. */
export function operandType(schema: Schema, operand: Operand): OperandType {
  switch (operand.kind) {
    case 'value':
      return valueType(schema, operand.value)
    case 'path': {
      const as = ownOf(operand, 'as')
      if (as) return as
      const step = operand.steps.at(-1)
      if (!step) return operand.root.type
      const field = stepField(schema, step)
      return field ? fieldType(schema, field) : unknownType
    }
    case 'field': {
      const field = stepField(schema, operand.step)
      return field ? fieldType(schema, field) : unknownType
    }
    case 'list':
      return { ...unknownType, list: true, nullable: false }
    case 'count':
      return { ...unknownType, scalar: 'integer', nullable: false }
    case 'arithmetic':
      return { ...unknownType, scalar: 'float', nullable: false }
    case 'call': {
      const assumed = ownOf(operand, 'assumed')
      if (assumed) return assumedType(assumed)
      return isConcat(schema, operand) ? { ...unknownType, scalar: 'string', nullable: false } : unknownType
    }
    case 'constant': {
      const assumed = ownOf(operand, 'assumed')
      if (assumed) return assumedType(assumed)
      const field = schema.context.fields.get(operand.name)
      return field ? fieldType(schema, field) : unknownType
    }
  }
}

function assumedType(type: AssumedType): OperandType {
  return { ...unknownType, scalar: type === 'number' ? 'float' : type, nullable: false }
}

/**
 * Returns the model of the rows that the schema declares for an operand's value or its elements. A
 * plain object there counts as a row of that model.
 *
 * Undefined for the actor and the resource themselves, which are always rows. A narrowing class
 * test is ignored: it has to be evaluated first.
 */
export function declaredModel(schema: Schema, operand: Operand): string | undefined {
  if (operand.kind !== 'path') return operandType(schema, operand).model
  const { root, steps } = operand
  if (steps.length === 0 && ['actor', 'before', 'resource'].includes(root.kind)) return undefined
  return operandType(schema, { kind: 'path', root, steps }).model
}

/**
 * Returns the declared model of an operand; of a declared date, number or boolean `#` and its primitive types,
 * such as `#number bigint`, which no model's name can be. A comparison checks the values of such operands.
 */
export function declaredType(schema: Schema, operand: Operand): string | undefined {
  const model = declaredModel(schema, operand)
  if (model !== undefined || (operand.kind !== 'path' && operand.kind !== 'field')) return model
  const { scalar } = operandType(schema, operand)
  const primitives = scalar && primitivesOf(scalar)
  return primitives && `#${primitives.join(' ')}`
}

/** Returns whether a call concatenates texts. */
function isConcat(schema: Schema, { of, method }: Extract<Operand, { kind: 'call' }>): boolean {
  return method === 'concat' && operandType(schema, of).scalar === 'string' && !operandType(schema, of).list
}

/** Returns the type of an element of a list. */
export function elementType(list: OperandType): OperandType {
  return { ...list, list: false, nullable: list.model === undefined }
}

function valueType(schema: Schema, value: unknown): OperandType {
  const scalar = (type: ScalarType): OperandType => ({
    model: undefined,
    exact: false,
    scalar: type,
    list: false,
    nullable: false,
  })
  switch (typeof value) {
    case 'string':
      return scalar('string')
    case 'boolean':
      return scalar('boolean')
    case 'number':
      return Math.abs(value) === Number.POSITIVE_INFINITY ? { ...scalar('float'), infinite: true } : scalar('float')
    case 'bigint':
      return scalar('bigint')
  }
  if (value instanceof Date) return scalar('date')
  if (isDecimal(value)) return scalar('decimal')
  if (Array.isArray(value)) return { ...unknownType, list: true, nullable: false }
  const model = schema.baseOf(value)
  return model ? rowType(schema, model.name, false, schema.modelOf(value) !== undefined) : unknownType
}

/**
 * Returns whether reading an operand can fail: a step through nil, an undeclared attribute, or a
 * reference that must lead to a row.
 * @param present - Paths that are not nil here.
 */
export function canFailToRead(schema: Schema, operand: Operand, present: readonly Path[] = []): boolean {
  switch (operand.kind) {
    case 'value':
      return false
    case 'path': {
      let isNullable = operand.root.type.nullable
      for (let index = 0; index < operand.steps.length; index++) {
        const field = stepField(schema, operand.steps[index]!)
        if (!field || (isNullable && !isPresent(present, operand, index))) return true
        if (schema.failsWithoutRow(field) && !isPresent(present, operand, index + 1)) return true
        isNullable = field.nullable
      }
      return false
    }
    case 'list':
      return operand.elements.some((one) => canFailToRead(schema, one, present))
    case 'constant':
      return ownOf(operand, 'assumed') === undefined && schema.context.fields.has(operand.name)
    case 'count':
      return operandType(schema, operand.of).nullable || canFailToRead(schema, operand.of, present)
    case 'call':
      return ownOf(operand, 'assumed') === undefined
    case 'field':
    case 'arithmetic':
      return true
  }
}

/** Returns whether the first `length` steps of a path are among the paths that are not nil. */
export function isPresent(present: readonly Path[], of: Path, length: number): boolean {
  return present.some(
    (path) =>
      path.root === of.root &&
      path.steps.length === length &&
      path.steps.every((step, index) => step.name === of.steps[index]!.name),
  )
}

/** Returns the family of values of a type; undefined if any value is possible. */
export function family(type: OperandType): Family | undefined {
  if (type.list) return 'list'
  if (type.model !== undefined) return 'row'
  return type.scalar === undefined ? undefined : scalarFamilies[type.scalar]
}

/**
 * Returns whether two values of these types can be equal. Nil equals nil, and values of the same
 * family may be equal. An infinite number may equal a date: some drivers read the infinity of a date as a number.
 */
export function canBeEqual(schema: Schema, a: OperandType, b: OperandType): boolean {
  if (a.nullable && b.nullable) return true
  const left = family(a)
  const right = family(b)
  if (left === undefined || right === undefined) return true
  if (left !== right) return (a.infinite && right === 'date') || (b.infinite && left === 'date') || false
  if (left !== 'row') return true
  return schema.commonRows(a.model!, b.model!) !== undefined
}

/** Returns whether the types of two operands allow equal values. */
export function canEqual(schema: Schema, left: Operand, right: Operand): boolean {
  const a = operandType(schema, left)
  const b = operandType(schema, right)
  if (isNil(left)) return b.nullable
  return isNil(right) ? a.nullable : canBeEqual(schema, a, b)
}

/** Returns whether an operand is the literal nil. */
export function isNil(operand: Operand): boolean {
  return operand.kind === 'value' && operand.value === null
}
