import { ownOf } from '../own.js'
import { entryOf } from '../values/entryOf.js'
import type { Call, Condition, Constant, Operand, OperandType } from './condition.js'
import { substitute } from './substitute.js'
import { labelOf, operandsIn, partsIn, variablesIn } from './visit.js'

/** Returns whether two conditions test the same, as far as this is easy to see. Names of variables do not matter. */
export function isSame(one: Condition, other: Condition): boolean {
  if (one === other) return true
  if (!differInPartsOnly(one, other) || !areTypedAlike(one, other)) return false
  const [variable] = variablesIn(other)
  const own: Operand | undefined = variable && { kind: 'path', root: variablesIn(one)[0]!, steps: [] }
  const others = partsIn(other)
  const parts = partsIn(one)
  return (
    parts.length === others.length &&
    parts.every((part, at) =>
      isSame(part, own ? substitute(others[at]!, (root) => (root === variable ? own : undefined)) : others[at]!),
    )
  )
}

/** Returns whether two conditions have the same operands, whatever their types, and the same number of parts. */
function differInPartsOnly(one: Condition, other: Condition): boolean {
  if (one.kind !== other.kind || isUnlike(one) || labelOf(one) !== labelOf(other)) return false
  if (one.kind === 'ref' && other.kind === 'ref' && one.definition !== other.definition) return false
  const others = operandsIn(other)
  return operandsIn(one).every((operand, at) => isSameOperand(operand, others[at]!))
}

/** Returns whether a condition is the same as itself alone. */
function isUnlike({ kind }: Condition): boolean {
  return kind === 'opaque' || kind === 'failure'
}

/** Returns a key that conditions which test the same have in common, as `isSame` decides. Others rarely have it. */
export function likenessOf(condition: Condition): unknown {
  if (isUnlike(condition)) return condition
  return entryOf(likenesses, condition, () => {
    const parts = partsIn(condition)
    const inParts = parts.length === 0 ? [] : [parts.length, likenessOf(parts[0]!)]
    return [labelOf(condition), ...operandsIn(condition).map(likenessOfOperand), ...inParts].map(String).join(' ')
  })
}
const likenesses = new WeakMap<Condition, unknown>()

/** Returns a text that the same operands have in common, as `isSameOperand` decides. */
export function likenessOfOperand(operand: Operand): string {
  if (operand.kind === 'value') return typeof operand.value === 'object' ? 'object' : String(operand.value)
  if (operand.kind !== 'path') return isAssumed(operand) ? keyOf(operand) : operand.kind
  return [operand.root.kind, ...operand.steps.map(({ name }) => name)].join('.')
}

/** Returns whether the operands of two equal tests rely on the same earlier class tests. */
function areTypedAlike(one: Condition, other: Condition): boolean {
  const others = operandsIn(other)
  return operandsIn(one).every((operand, at) => isSameType(narrowedType(operand), narrowedType(others[at]!)))
}

function narrowedType(operand: Operand): OperandType | undefined {
  return operand.kind === 'path' ? operand.as : undefined
}

/** Returns whether two static types are the same. */
export function isSameType(one: OperandType | undefined, other: OperandType | undefined): boolean {
  if (one === other || !one || !other) return one === other
  return (
    one.model === other.model &&
    one.exact === other.exact &&
    one.scalar === other.scalar &&
    one.list === other.list &&
    one.nullable === other.nullable
  )
}

/**
 * Returns whether two conditions are the same test of the same path. Only tests that occur
 * repeatedly are compared.
 */
export function isSameTest(one: Condition, other: Condition): boolean {
  return one.kind !== 'ref' && partsIn(one).length === 0 && differInPartsOnly(one, other)
}

/** Returns whether two operands are the same: equal paths from the same root, equal literals, or the same
 * call of a constant without arguments. */
export function isSameOperand(one: Operand, other: Operand): boolean {
  if (one === other) return true
  if (one.kind === 'value' && other.kind === 'value') return Object.is(one.value, other.value)
  if (isAssumed(one) && isAssumed(other)) return keyOf(one) === keyOf(other)
  return isReadBy(one, other) && isReadBy(other, one)
}

/** Returns whether an operand is a constant, or a call of its method, with an assumed type. */
function isAssumed(operand: Operand): operand is Constant | Call {
  return (operand.kind === 'constant' || operand.kind === 'call') && ownOf(operand, 'assumed') !== undefined
}

function keyOf(read: Constant | Call): string {
  // Sound: other calls have no assumed type.
  return read.kind === 'constant' ? read.name : `${(read.of as Constant).name}.${read.method}`
}

/** Returns whether reading `whole` reads `part` first. */
export function isReadBy(part: Operand, whole: Operand): boolean {
  if (part === whole) return true
  if (part.kind !== 'path' || whole.kind !== 'path' || part.root !== whole.root) return false
  return (
    part.steps.length <= whole.steps.length && part.steps.every((step, index) => step.name === whole.steps[index]!.name)
  )
}
