import type { Call, Condition, Constant, Operand, OperandType, Some } from './condition.js'
import { substitute } from './substitute.js'
import { operandsIn } from './visit.js'

/** Returns whether two conditions test the same, as far as this is easy to see. */
export function isSame(one: Condition, other: Condition): boolean {
  if (one === other || (isSameTest(one, other) && areTypedAlike(one, other))) return true
  if (one.kind === 'not' && other.kind === 'not') return isSame(one.of, other.of)
  if (one.kind === 'ref' && other.kind === 'ref') {
    const haveSameArgs = one.args.every((arg, at) => isSameOperand(arg, other.args[at]!))
    return one.definition === other.definition && haveSameArgs && areTypedAlike(one, other)
  }
  if (one.kind === 'some' && other.kind === 'some') return isSameSearch(one, other)
  if ((one.kind !== 'and' && one.kind !== 'or') || one.kind !== other.kind) return false
  return one.of.length === other.of.length && one.of.every((part, at) => isSame(part, other.of[at]!))
}

/** Returns whether two searches of a list are for the same, apart from the names of their variables. */
function isSameSearch({ from, each, where }: Some, other: Some): boolean {
  if (!isSameOperand(from, other.from) || !isSameType(narrowedType(from), narrowedType(other.from))) return false
  const element: Operand = { kind: 'path', root: each, steps: [] }
  return isSame(
    where,
    substitute(other.where, (root) => (root === other.each ? element : undefined)),
  )
}

/** Returns a key that conditions which test the same have in common, as `isSame` decides. Others rarely have it. */
export function likenessOf(condition: Condition): unknown {
  switch (condition.kind) {
    case 'compare':
      return `${condition.operator} ${likenessOfOperand(condition.left)} ${likenessOfOperand(condition.right)}`
    case 'isa':
      return `isa ${condition.model} ${likenessOfOperand(condition.of)}`
    case 'in':
      return `in ${likenessOfOperand(condition.item)} ${likenessOfOperand(condition.list)}`
    case 'text':
      return `${condition.operator} ${likenessOfOperand(condition.of)} ${likenessOfOperand(condition.part)}`
    case 'some':
      return `some ${likenessOfOperand(condition.from)}`
    case 'reads':
    case 'test':
      return `${condition.kind} ${likenessOfOperand(condition.of)}`
    case 'not': {
      const of = likenessOf(condition.of)
      return typeof of === 'string' ? `not ${of}` : of
    }
    case 'ref':
      return `ref ${condition.definition.name} ${condition.args.map(likenessOfOperand).join(' ')}`
    case 'and':
    case 'or':
      return `${condition.kind} ${condition.of.length} ${String(condition.of.map(likenessOf).find(isText))}`
    default:
      return condition
  }
}

/** Returns a text that the same operands have in common, as `isSameOperand` decides. */
export function likenessOfOperand(operand: Operand): string {
  if (operand.kind === 'value') return typeof operand.value === 'object' ? 'object' : String(operand.value)
  if (operand.kind !== 'path') return isAssumed(operand) ? keyOf(operand) : operand.kind
  return [operand.root.kind, ...operand.steps.map(({ name }) => name)].join('.')
}

const isText = (value: unknown): value is string => typeof value === 'string'

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
  if (one.kind === 'isa' && other.kind === 'isa') {
    return one.model === other.model && one.exact === other.exact && isSameOperand(one.of, other.of)
  }
  if ((one.kind === 'reads' && other.kind === 'reads') || (one.kind === 'test' && other.kind === 'test')) {
    return isSameOperand(one.of, other.of)
  }
  if (one.kind === 'in' && other.kind === 'in')
    return isSameOperand(one.item, other.item) && isSameOperand(one.list, other.list)
  if (one.kind === 'text' && other.kind === 'text')
    return one.operator === other.operator && isSameOperand(one.of, other.of) && isSameOperand(one.part, other.part)
  if (one.kind !== 'compare' || other.kind !== 'compare' || one.operator !== other.operator) return false
  return isSameOperand(one.left, other.left) && isSameOperand(one.right, other.right)
}

/** Returns whether two operands are the same: equal paths from the same root, equal literals, or the same
 * call of a constant without arguments. */
export function isSameOperand(one: Operand, other: Operand): boolean {
  if (one === other) return true
  if (one.kind === 'value' && other.kind === 'value') return one.value === other.value
  if (isAssumed(one) && isAssumed(other)) return keyOf(one) === keyOf(other)
  return isReadBy(one, other) && isReadBy(other, one)
}

/** Returns whether an operand is a constant, or a call of its method, with an assumed type. */
function isAssumed(operand: Operand): operand is Constant | Call {
  return (operand.kind === 'constant' || operand.kind === 'call') && operand.assumed !== undefined
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
