import type { Call } from '../../language/ast.js'
import { Fault } from '../../values/fault.js'
import type { Host } from '../host/host.js'
import { Cell } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import type { Step } from '../state/step.js'
import { isDict, isList, type Term } from '../state/term.js'
import { type Candidate, keyOf, kinds, resolve } from './dispatch.js'
import type { RuleGroup } from './ruleGroup.js'
import type { Selection } from './selection.js'
import { Kinds } from './selection.js'

/**
 * A node of the index, by the key of the next deciding argument; the leaves are the rules to try.
 */
type Index = Map<unknown, Index | readonly Step[]>

/** The index by the exact keys of arguments. */
class Exact extends Kinds<Exact | readonly Step[]> {}

/** The key of an argument that needs the exact lookup; no argument equals it. */
const never: unique symbol = Symbol('never')

/**
 * A place that calls a rule, with an inline cache of the rules that fit the arguments. The constants
 * of the call select candidates once. Each combination of argument classes, and of constants that
 * rules name, selects among them once. All queries of a program share the cache, which is safe: an
 * entry depends only on its key, and nothing waits between a lookup and its result.
 */
export class CallSite {
  /** Rules that fit the constants of the call. */
  #selection: Selection | undefined = undefined
  /**
   * Indexes of the arguments that decide between rules, and the constants that rules compare them
   * with.
   */
  #positions: readonly number[] = []
  #literals: readonly (ReadonlySet<unknown> | undefined)[] = []
  #index: Exact | readonly Step[] | undefined = undefined
  /** The index by the constructors of arguments, or by the values themselves if those decide. */
  #quick: Index | readonly Step[] | undefined = undefined
  /** The last quick keys, and the entries found for them. */
  readonly #lastKeys: unknown[] = []
  #lastEntries: readonly Step[] | undefined = undefined

  constructor(
    readonly predicate: RuleGroup,
    /** Undefined if the application calls. */
    readonly node: Call | undefined,
    /** Name of the rule that contains the call. */
    readonly owner: string | undefined,
    readonly operands: readonly CompiledValue[],
    /** Number of negations around the call within its rule. */
    readonly negations: number,
    /** Whether the call passes on only arguments that the rule around it received. */
    readonly isStanding: boolean,
  ) {}

  /**
   * Returns the rules to try for these arguments, the most specific first.
   * @throws Fault if no rule has the name.
   */
  entries(m: Machine, args: readonly Term[]): readonly Step[] {
    const positions = this.#positions
    const last = this.#lastKeys
    let same = 0
    while (same < positions.length && keyAtSight(args[positions[same]!]) === last[same]) same++
    if (same === positions.length && this.#lastEntries !== undefined) return this.#lastEntries
    let found: Index | readonly Step[] | undefined = this.#quick
    for (let at = 0; found instanceof Map && at < positions.length; at++) {
      const key = keyAtSight(args[positions[at]!])
      last[at] = key
      found = found.get(key) ?? found.get(this.#kindOf(key, at))
    }
    this.#lastEntries = found === undefined || found instanceof Map ? undefined : found
    return this.#lastEntries ?? this.#find(m, args)
  }

  /** Returns the quick key of a text that no rule names; no other value has a second key. */
  #kindOf(key: unknown, at: number): unknown {
    return typeof key === 'string' && !this.#literals[at]?.has(key) ? kinds['string'] : never
  }

  /** Finds the rules by the exact keys, and stores them under the quick keys as well. */
  #find(m: Machine, args: readonly Term[]): readonly Step[] {
    this.#selection ??= this.#select(m.host)
    const positions = this.#positions
    const path = positions.map((at, number) => keyOf(m.host, args[at], this.#literals[number]))
    const entries = lookUp(this.#index, path) ?? resolve(m, this.#fewest(m.host, args), args)
    this.#index = store(this.#index, path, entries, () => new Exact())
    const quick = positions.map((at, number) => quickKey(m, args[at], this.#literals[number]))
    if (!quick.includes(never)) this.#quick = store<Index>(this.#quick, quick, entries, () => new Map())
    return entries
  }

  /** Returns the rules to test: those that the argument leaves that excludes the most. */
  #fewest(host: Host, args: readonly Term[]): readonly Candidate[] {
    let { rules } = this.#selection!
    for (const at of this.#positions) {
      const left = this.#selection!.given(host, at, args[at]).rules
      if (left.length < rules.length) rules = left
    }
    return rules
  }

  #select(host: Host): Selection {
    const { predicate, operands, node } = this
    if (!predicate.isDefined) {
      throw new Fault('undefined-rule', `The policy has no rule "${predicate.name}".`, {
        span: node?.span,
        hint: 'correct the name, or define the rule',
        data: { name: predicate.name },
      })
    }
    let { selection } = predicate
    const positions: number[] = []
    for (let at = 0; at < predicate.arity; at++) {
      const operand = operands[at]
      if (operand?.kind === 'value') selection = selection.given(host, at, operand.value)
      else positions.push(at)
    }
    this.#positions = positions.filter((at) => selection.asks(at))
    this.#literals = this.#positions.map((at) => selection.literals(at))
    return selection
  }
}

/** Returns the key for a quick lookup: the constructor of the argument, or the argument itself. */
function keyAtSight(arg: Term): unknown {
  if (typeof arg !== 'object' || arg === null) return typeof arg === 'function' ? never : arg
  const cls: unknown = arg.constructor
  // An object from JSON can have a key of that name; a string there is neither a class nor a
  // constant of a rule.
  return typeof cls === 'function' ? cls : never
}

/**
 * Returns a key for the kind of an argument without looking up its class. The key is its
 * constructor, its value if a rule names that, or else its type. Returns `never` if none of these
 * decides.
 */
function quickKey(m: Machine, arg: Term, literals: ReadonlySet<unknown> | undefined): unknown {
  if (typeof arg === 'function') return never
  if (typeof arg !== 'object' || arg === null) return literals?.has(arg) ? arg : kinds[typeof arg]
  const cls: unknown = arg.constructor
  // An array may belong to a class that extends arrays.
  const isOwn = arg instanceof Cell || isDict(arg) || (isList(arg) && (cls === Array || !Array.isArray(arg)))
  return isOwn || m.host.decidesClass(cls) ? cls : never
}

function lookUp(index: Exact | readonly Step[] | undefined, path: readonly unknown[]): readonly Step[] | undefined {
  let at = index
  for (const key of path) at = at instanceof Exact ? at.get(key) : undefined
  return at instanceof Exact ? undefined : at
}

/** A container with an entry for each key: `Index` or `Exact`. */
interface Node<Own> {
  get(key: unknown): Own | readonly Step[] | undefined
  set(key: unknown, found: Own | readonly Step[]): unknown
}

/**
 * Returns the index with the entries added. Without deciding arguments, there is nothing to index.
 */
function store<Own extends Node<Own>>(
  index: Own | readonly Step[] | undefined,
  path: readonly unknown[],
  entries: readonly Step[],
  make: () => Own,
): Own | readonly Step[] {
  if (path.length === 0) return entries
  const root = isSteps(index) || index === undefined ? make() : index
  let at = root
  path.forEach((key, depth) => {
    if (depth === path.length - 1) at.set(key, entries)
    else {
      const known = at.get(key)
      const deeper = isSteps(known) || known === undefined ? make() : known
      at.set(key, deeper)
      at = deeper
    }
  })
  return root
}

function isSteps<Own>(found: Own | readonly Step[] | undefined): found is readonly Step[] {
  return Array.isArray(found)
}
