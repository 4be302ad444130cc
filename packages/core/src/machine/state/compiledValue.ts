import type { ArithmeticOperator, Expression } from '../../language/ast.js'
import { DictTerm, ListTerm, type Term } from './term.js'

/** How a value of a rule is got when the rule runs. */
export type CompiledValueKind =
  | 'value'
  | 'slot'
  /** The first occurrence of a variable: makes it. */
  | 'fresh'
  | 'constant'
  | 'field'
  | 'list'
  | 'dictionary'
  | 'arithmetic'

/**
 * A compiled expression that has a value. One class for all kinds, so that the code that evaluates them (terms/evaluate.ts) sees one shape; the
 * functions below make them, and say what each kind uses.
 */
export class CompiledValue {
  readonly kind: CompiledValueKind
  readonly slot: number
  readonly value: Term
  /** Name of a constant, a field or an operator. */
  readonly name: string
  readonly parts: readonly CompiledValue[]
  readonly keys: readonly string[]
  readonly rest: CompiledValue | undefined
  readonly node: Expression
  /**
   * A class whose instances have the field as a plain property: the one that was met last. All queries of a program share it;
   * it decides how quickly a field is read, and never what is asked of the host, in which order, or what is replayed.
   */
  plainClass: unknown = undefined
  /** Whether plain objects in the field of that class can be rows because of it; it changes together with the class. */
  leadsToRows = true
  /** Of its values, in the same way. */
  valueClass: unknown = undefined

  constructor(
    kind: CompiledValueKind,
    node: Expression,
    slot: number,
    value: Term,
    name: string,
    parts: readonly CompiledValue[],
    keys: readonly string[],
    rest: CompiledValue | undefined,
  ) {
    this.kind = kind
    this.node = node
    this.slot = slot
    this.value = value
    this.name = name
    this.parts = parts
    this.keys = keys
    this.rest = rest
  }
}

const none: readonly never[] = []

export function literalValue(node: Expression, value: Term): CompiledValue {
  return new CompiledValue('value', node, -1, value, '', none, none, undefined)
}
export function slotValue(node: Expression, slot: number): CompiledValue {
  return new CompiledValue('slot', node, slot, undefined, '', none, none, undefined)
}
export function freshValue(node: Expression, slot: number): CompiledValue {
  return new CompiledValue('fresh', node, slot, undefined, '', none, none, undefined)
}
export function constantValue(node: Expression, name: string): CompiledValue {
  return new CompiledValue('constant', node, -1, undefined, name, none, none, undefined)
}
export function fieldValue(node: Expression, object: CompiledValue, name: string): CompiledValue {
  return new CompiledValue('field', node, -1, undefined, name, [object], none, undefined)
}
export function listValue(
  node: Expression,
  parts: readonly CompiledValue[],
  rest: CompiledValue | undefined,
): CompiledValue {
  if (rest === undefined && parts.every((part) => part.kind === 'value')) {
    return literalValue(
      node,
      new ListTerm(
        parts.map((part) => part.value),
        0,
        undefined,
      ),
    )
  }
  return new CompiledValue('list', node, -1, undefined, '', parts, none, rest)
}
/** @param keys in the order of their code points, as are `parts`. */
export function dictionaryValue(
  node: Expression,
  keys: readonly string[],
  parts: readonly CompiledValue[],
): CompiledValue {
  if (parts.every((part) => part.kind === 'value')) {
    return literalValue(node, new DictTerm(new Map(keys.map((key, at) => [key, parts[at]!.value]))))
  }
  return new CompiledValue('dictionary', node, -1, undefined, '', parts, keys, undefined)
}
export function arithmeticValue(
  node: Expression,
  operator: ArithmeticOperator,
  left: CompiledValue,
  right: CompiledValue,
): CompiledValue {
  return new CompiledValue('arithmetic', node, -1, undefined, operator, [left, right], none, undefined)
}
