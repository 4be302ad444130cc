import type { Span } from '../../language/source.js'
import type { Condition, Definition, Operand, OperandType, ParameterRoot } from '../condition.js'
import { FALSE, partsIn, TRUE } from '../construct.js'
import type { Next } from './terms.js'
import { BeyondConditions } from './terms.js'
import { isAction } from './unify.js'

interface Entry {
  readonly definition: { -readonly [K in keyof Definition]: Definition[K] }
  /** How many negations enclosed its first call. */
  readonly negations: number
  isDone: boolean
}

/** The calls of operands that have been derived, each once for operands of the same types, for all conditions of a policy. */
export class Definitions {
  readonly #all = new Map<string, Entry>()
  readonly #open: Entry[] = []
  /** Those that leave something for the caller to decide, and so can't be derived apart from what follows the call. */
  readonly #undecided = new Set<string>()

  /**
   * A reference to the definition of a call; undefined for one that leaves goals which wait for a value.
   * @param negations - How many enclose the call.
   * @param derive - Derives the call for parameters in the place of operands.
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

  /** Whether a condition asks a definition that is being derived, also by way of others. */
  leadsToOpen(condition: Condition, seen: Set<Definition> = new Set()): boolean {
    if (condition.kind !== 'ref') return partsIn(condition).some((one) => this.leadsToOpen(one, seen))
    const { definition } = condition
    if (this.#open.some((entry) => entry.definition === definition)) return true
    if (seen.has(definition)) return false
    seen.add(definition)
    return this.leadsToOpen(definition.condition, seen)
  }

  /** Forgets a definition, and those that were made for it: they may refer to it. */
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

/** A parameter of a definition, for operands of a type. */
export function parameterOf(name: string, type: OperandType): ParameterRoot {
  return { kind: 'parameter', name, model: type.list ? undefined : type.model, type }
}

/** What a definition is derived for, rather than a parameter of it. */
export function isLiteral(operand: Operand): boolean {
  return operand.kind === 'value' || isAction(operand)
}

/** What a definition depends on: the values of literals, and the types of all else. */
export function keyOf(operand: Operand, type: OperandType): string {
  if (isAction(operand)) return 'action'
  if (operand.kind === 'value') {
    const { value, float } = operand
    const text = typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value)
    return float ? `${text} float` : text
  }
  return `${type.model ?? ''}/${type.exact}/${type.scalar ?? ''}/${type.list}/${type.nullable}`
}

function reference({ definition, isDone }: Entry, args: readonly Operand[], span: Span): Condition {
  const { condition } = definition
  if (isDone && (condition.kind === 'true' || condition.kind === 'false')) return condition
  return { kind: 'ref', definition, args: args.filter((operand) => !isLiteral(operand)), span }
}
