import type { Call } from '../language/ast.js'
import { type Candidate, keyOf, literalsAt, resolve } from './dispatch.js'
import { Fault } from './fault.js'
import type { Machine } from './machine.js'
import type { Operand } from './operand.js'
import type { Predicate } from './predicate.js'
import type { Step } from './step.js'
import { Cell, isDict, isList, type Term } from './term.js'

/** A node of the index: by the key of the next argument that matters, down to the rules to try. */
type Index = Map<unknown, Index | readonly Step[]>

/** What the inline cache holds of an argument that nothing can be told from. */
const never: unique symbol = Symbol('never')

/**
 * A place that calls a rule. It knows which rules fit which kinds of arguments: what depends on constants that stand at the
 * call is decided once, the rest once for each combination of argument classes (and of constants that rules ask for).
 */
export class CallSite {
  readonly predicate: Predicate
  /** Undefined where the application calls. */
  readonly node: Call | undefined
  /** Name of the rule in which the call stands. */
  readonly owner: string | undefined
  readonly operands: readonly Operand[]
  /** How many negations enclose the call within its rule. */
  readonly negations: number
  /** Rules that the constants of the call leave. */
  #candidates: readonly Candidate[] | undefined = undefined
  /** The arguments that decide between rules, and the constants that rules ask of them. */
  #positions: readonly number[] = []
  #literals: readonly (ReadonlySet<unknown> | undefined)[] = []
  #index: Index = new Map()
  // the combination that was met last: of each argument that decides, its constructor or the value itself
  #last: unknown[] = []
  #lastEntries: readonly Step[] | undefined = undefined

  constructor(
    predicate: Predicate,
    node: Call | undefined,
    owner: string | undefined,
    operands: readonly Operand[],
    negations: number,
  ) {
    this.predicate = predicate
    this.node = node
    this.owner = owner
    this.operands = operands
    this.negations = negations
  }

  /** The rules to try for these arguments, the most specific first. @throws Fault where no rule has the name. */
  entries(m: Machine, args: readonly Term[]): readonly Step[] {
    const last = this.#lastEntries
    if (last !== undefined) {
      const positions = this.#positions
      let at = 0
      for (; at < positions.length; at++) {
        const arg = args[positions[at]!]
        if ((typeof arg === 'object' && arg !== null ? arg.constructor : arg) !== this.#last[at]) break
        if (typeof arg === 'function') break
      }
      if (at === positions.length) return last
    }
    return this.#find(m, args)
  }

  #find(m: Machine, args: readonly Term[]): readonly Step[] {
    this.#candidates ?? this.#prepare()
    let index = this.#index
    const positions = this.#positions
    const last: unknown[] = []
    let entries: readonly Step[] | undefined
    for (let at = 0; at < positions.length; at++) {
      const arg = args[positions[at]!]
      const key = keyOf(m.host, arg, this.#literals[at])
      last.push(cacheable(m, arg))
      const found = index.get(key)
      if (found instanceof Map) index = found
      else if (found !== undefined) entries = found
      else if (at === positions.length - 1) {
        entries = resolve(m, this.#candidates!, args)
        index.set(key, entries)
      } else {
        const deeper: Index = new Map()
        index.set(key, deeper)
        index = deeper
      }
    }
    entries ??= resolve(m, this.#candidates!, args)
    this.#last = last
    this.#lastEntries = entries
    return entries
  }

  #prepare(): void {
    const { predicate, operands, node } = this
    if (!predicate.isDefined) {
      throw new Fault('undefined-rule', `Query for undefined rule \`${predicate.name}\``, {
        span: node?.span,
        data: { name: predicate.name },
      })
    }
    const fixed = operands.map((operand) => operand.kind === 'value')
    const all = predicate.rules.map((rule) => rule.candidate)
    this.#candidates = all.filter((candidate) =>
      operands.every((operand, at) => !fixed[at] || candidate.admits(at, operand.value)),
    )
    const positions: number[] = []
    for (let at = 0; at < predicate.arity; at++) {
      if (!fixed[at] && this.#candidates.some((candidate) => candidate.asks(at))) positions.push(at)
    }
    this.#positions = positions
    this.#literals = positions.map((at) => literalsAt(this.#candidates!, at))
  }
}

/** What tells another argument of the same kind without looking it up; `never` where nothing does. */
function cacheable(m: Machine, arg: Term): unknown {
  if (typeof arg !== 'object' || arg === null) return arg
  const cls: unknown = arg.constructor
  return arg instanceof Cell || isList(arg) || isDict(arg) || m.host.decidesClass(cls) ? cls : never
}
