import type { ArithmeticOperator, Expression } from '../../language/ast.js'
import type { Link } from '../../values/links.js'
import { DictTerm, ListTerm, type Term } from './term.js'

/** How a value of a rule is computed when the rule runs. `fresh`: the first occurrence of a variable, which makes it. */
type Kind = 'value' | 'slot' | 'fresh' | 'constant' | 'field' | 'list' | 'dictionary' | 'arithmetic'

/**
 * A compiled expression that has a value. All kinds share one class, so that the evaluating code
 * (terms/evaluate.ts) sees one shape. The functions below make the kinds and show the fields that
 * each kind uses.
 */
export class CompiledValue {
  /** The slot of the object of a field, if it is a variable; otherwise -1. */
  readonly of: number
  /**
   * The last class whose instances had the field as a plain property. All queries of a program
   * share it. It decides only how quickly a field is read, never the questions to the host, their
   * order or their replay.
   */
  plainClass: unknown = undefined
  /**
   * Whether plain objects in the field of that class can be rows because of the field; the relation, if columns say
   * which row it holds. It changes together with the class.
   */
  leadsToRows: boolean | Link = true
  /** The last class of the field's values, cached in the same way. */
  valueClass: unknown = undefined

  constructor(
    readonly kind: Kind,
    readonly node: Expression,
    readonly slot: number,
    readonly value: Term,
    /** Name of a constant, a field or an operator. */
    readonly name: string,
    readonly parts: readonly CompiledValue[],
    readonly keys: readonly string[],
    readonly rest: CompiledValue | undefined,
  ) {
    this.of = kind === 'field' && parts[0]!.kind === 'slot' ? parts[0]!.slot : -1
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
/** @param keys - The keys, in the order of their code points, as are `parts`. */
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
