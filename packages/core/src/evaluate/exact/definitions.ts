import type { Condition, Definition, Operand, ParameterRoot, Root } from '../../condition/condition.js'
import { substitute } from '../../condition/substitute.js'
import { partsIn } from '../../condition/visit.js'
import { QueryError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { entryOf } from '../../values/entryOf.js'

/** Definitions up to this size are inlined at each reference. */
const inlineSize = 64

/** A definition bound for some known arguments; the other arguments are its parameters. */
interface Bound {
  readonly definition: { -readonly [K in keyof Definition]: Definition[K] }
  /** The definition before, and the keys of its arguments. */
  readonly origin: Definition
  readonly keys: readonly string[]
  isDone: boolean
}

/** The substitution of known arguments for the parameters of a definition. */
export type ArgumentOf = (root: Root) => Operand | undefined

/**
 * The definitions of one filter, each bound once for the same known arguments. So the work is
 * linear in the policy, however often a rule is called. A definition that calls itself with the
 * same arguments refers to itself.
 */
export class BoundDefinitions {
  readonly #all = new Map<Definition, Map<string, Bound>>()
  readonly #open: Bound[] = []
  readonly #ids = new Map<unknown, number>()

  /**
   * Returns the condition of a call.
   * @param bind - Binds the definition's condition.
   */
  refer(
    definition: Definition,
    args: readonly Operand[],
    span: Span,
    bind: (known: ArgumentOf) => Condition,
  ): Condition {
    const isKnown = knownAmong(args)
    const keys = args.map((one) => (isKnown(one) ? this.#keyOf(one) : '?'))
    const key = keys.join(' ')
    const ofDefinition = entryOf(this.#all, definition, () => new Map<string, Bound>())
    const openArgs = args.filter((one) => !isKnown(one))
    const known = ofDefinition.get(key)
    if (known) {
      if (!known.isDone) for (const one of this.#open.slice(this.#open.indexOf(known))) one.definition.recursive = true
      return reference(known, openArgs, span)
    }
    if (this.#open.some((open) => open.origin === definition && goesOn(open.keys, keys)))
      throw endless(definition, span)
    const values = new Map<Root, Operand>()
    const parameters: ParameterRoot[] = []
    for (const [index, parameter] of definition.parameters.entries()) {
      const arg = args[index]!
      if (isKnown(arg)) values.set(parameter, arg)
      else parameters.push(parameter)
    }
    const value: ArgumentOf = (root) => values.get(root)
    const bound: Bound = {
      definition: { ...definition, parameters, condition: { kind: 'false' }, recursive: false },
      origin: definition,
      keys,
      isDone: false,
    }
    ofDefinition.set(key, bound)
    this.#open.push(bound)
    try {
      bound.definition.condition = bind(value)
    } finally {
      this.#open.pop()
    }
    bound.isDone = true
    return reference(bound, openArgs, span)
  }

  /** Identifies values and rows by identity. */
  #keyOf(operand: Operand): string {
    if (operand.kind === 'path') return [this.#idOf(operand.root), ...operand.steps.map(({ name }) => name)].join('.')
    const value = operand.kind === 'value' ? operand.value : operand
    return Object.is(value, -0) ? '-0' : this.#idOf(value)
  }

  #idOf(value: unknown): string {
    const id = entryOf(this.#ids, value, () => this.#ids.size)
    return String(id)
  }
}

/**
 * Returns whether a call differs from an outer one by nothing but longer paths from the same rows: then it calls itself
 * along even longer ones.
 */
function goesOn(outer: readonly string[], inner: readonly string[]): boolean {
  return inner.every((key, at) => key === outer[at] || key.startsWith(`${outer[at]}.`))
}

function endless({ name }: Definition, span: Span): QueryError {
  const message = `${name} calls itself along a relation that is not loaded, so the filter has no end.`
  return new QueryError('filter-too-large', message, {
    hint: 'use `loadFilter` or `loadActorFilter`, or `loading` of @arcturus/typeorm: they load the rows',
    span,
  })
}

/**
 * Returns a test for known arguments: values; and, beside an unknown argument, rows known by their
 * keys.
 */
function knownAmong(args: readonly Operand[]): (operand: Operand) => boolean {
  const isRow = (one: Operand): boolean => one.kind === 'path' && one.root.kind === 'row'
  const areRowsKnown = args.some((one) => one.kind !== 'value' && !isRow(one))
  return (one) => one.kind === 'value' || (areRowsKnown && isRow(one))
}

function reference({ definition, isDone }: Bound, args: readonly Operand[], span: Span): Condition {
  if (isDone && !definition.recursive && partsLeft(definition.condition, inlineSize) >= 0) {
    const operands = new Map<Root, Operand>(definition.parameters.map((parameter, index) => [parameter, args[index]!]))
    return substitute(definition.condition, (root) => operands.get(root))
  }
  return { kind: 'ref', definition, args, span }
}

/**
 * Subtracts the number of parts of a condition from a number. Negative if the condition has more.
 */
function partsLeft(condition: Condition, from: number): number {
  let left = from - 1
  for (const one of partsIn(condition)) {
    if (left < 0) return left
    left = partsLeft(one, left)
  }
  return left
}
