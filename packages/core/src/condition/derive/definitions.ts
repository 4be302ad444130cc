import type { Span } from '../../language/source.js'
import { ownOf } from '../../own.js'
import type { Condition, Definition, Operand, OperandType, ParameterRoot } from '../condition.js'
import { FALSE, TRUE } from '../construct.js'
import { conditionsIn } from '../visit.js'
import type { Next } from './terms.js'
import { BeyondConditions } from './terms.js'
import { isAction } from './unify.js'

interface Entry {
  readonly definition: { -readonly [K in keyof Definition]: Definition[K] }
  /** The number of negations around its first call. */
  readonly negations: number
  isDone: boolean
}

/**
 * The definitions of a policy, shared by all conditions. A call is derived once per combination of
 * argument types.
 */
export class Definitions {
  readonly #all = new Map<string, Entry>()
  readonly #open: Entry[] = []
  /**
   * Keys of calls that leave goals waiting. They can't be derived separately from the caller's
   * continuation.
   */
  readonly #undecided = new Set<string>()

  /**
   * Returns a reference to the definition of a call; undefined if the call leaves goals that wait
   * for a value.
   * @param negations - The number of negations around the call.
   * @param derive - Derives the call with parameters in place of operands.
   * @throws BeyondConditions if the call recurses through a negation.
   */
  refer(
    rule: string,
    args: readonly Operand[],
    types: readonly OperandType[],
    negations: number,
    span: Span,
    derive: (inner: readonly Operand[], end: Next) => Condition,
  ): Condition | undefined {
    const key = [rule, ...args.map((operand, index) => keyOf(operand, types[index]!))].join(' ')
    if (this.#undecided.has(key)) return undefined
    const known = this.#all.get(key)
    if (known) {
      if (!known.isDone) {
        if (negations > known.negations)
          throw new BeyondConditions('negated-recursion', 'a recursion through `not` or `forall`', undefined)
        for (const one of this.#open.slice(this.#open.indexOf(known))) one.definition.recursive = true
      }
      return reference(known, args, span)
    }
    const entry = entryOf(rule, args, types, negations)
    this.#all.set(key, entry)
    this.#open.push(entry)
    let isDecided = true
    try {
      entry.definition.condition = derive(entry.definition.arguments, ({ waiting }) => {
        isDecided &&= waiting.length === 0
        return TRUE
      })
      entry.isDone = isDecided
    } finally {
      this.#open.pop()
      if (!entry.isDone) this.#forget(key)
    }
    if (isDecided) return reference(entry, args, span)
    this.#undecided.add(key)
    return undefined
  }

  /**
   * Returns whether a condition refers to a definition that is being derived, directly or through
   * others.
   */
  leadsToOpen(condition: Condition): boolean {
    for (const one of conditionsIn(condition))
      if (one.kind === 'ref' && this.#open.some((entry) => entry.definition === one.definition)) return true
    return false
  }

  /** Removes a definition and those derived after it, which may refer to it. */
  #forget(key: string): void {
    const keys = [...this.#all.keys()]
    for (const one of keys.slice(keys.indexOf(key))) this.#all.delete(one)
  }
}

function entryOf(rule: string, args: readonly Operand[], types: readonly OperandType[], negations: number): Entry {
  const parameters: ParameterRoot[] = []
  const inner = args.map((operand, index): Operand => {
    if (isLiteral(operand)) return operand
    const root = parameterOf(`${rule}.${index}`, types[index]!)
    parameters.push(root)
    return { kind: 'path', root, steps: [] }
  })
  const definition = { name: rule, parameters, arguments: inner, condition: FALSE, recursive: false }
  return { definition, negations, isDone: false }
}

/** Returns a parameter of a definition for operands of a type. */
export function parameterOf(name: string, type: OperandType): ParameterRoot {
  return { kind: 'parameter', name, model: type.list ? undefined : type.model, type }
}

/** Returns whether an argument is part of the definition itself instead of a parameter. */
export function isLiteral(operand: Operand): boolean {
  return operand.kind === 'value' || isAction(operand)
}

/** Returns the key of an argument: the value of a literal, otherwise the type. */
export function keyOf(operand: Operand, type: OperandType): string {
  if (isAction(operand)) return 'action'
  if (operand.kind === 'value') {
    const { value } = operand
    const text = typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value)
    return ownOf(operand, 'float') ? `${text} float` : text
  }
  return `${type.model ?? ''}/${type.exact}/${type.scalar ?? ''}/${type.list}/${type.nullable}`
}

function reference({ definition, isDone }: Entry, args: readonly Operand[], span: Span): Condition {
  const { condition } = definition
  if (isDone && (condition.kind === 'true' || condition.kind === 'false')) return condition
  return { kind: 'ref', definition, args: args.filter((operand) => !isLiteral(operand)), span }
}
