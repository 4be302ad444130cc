import type { Parameter, Pattern, Rule } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import { Dict } from '../../values/dict.js'
import { isThenable } from '../../values/thenable.js'
import type { Host } from '../host/host.js'
import { Cell } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import type { Step } from '../state/step.js'
import { DictTerm, Float, isDict, isList, ListTerm, type Term } from '../state/term.js'
import type { Unions } from '../state/unions.js'
import { numberTerm } from '../terms/arithmetic.js'
import { decideClass } from '../terms/pattern.js'
import { bySpecificity } from './specificity.js'

/** The test of a parameter on its argument, as far as it is known without running anything. */
interface ParameterTest {
  /** A string, number, boolean or nil that the argument must equal. */
  readonly literal: Term | undefined
  /** A class that the argument must be an instance of. */
  readonly tag: string | undefined
  /** Whether there are further tests: the head then has to be matched when the rule is tried. */
  readonly more: boolean
}

/**
 * A number is the index of the only undecided argument: it is open, and only its class has to be
 * tested.
 */
type Answer = 'yes' | 'no' | 'maybe' | number

/** The answers to the class tests of one call by the name of the class, for each argument. */
type ClassAnswers = readonly Map<string, Answer>[]

/** A rule from the point of view of a call: the tests of its parameters, and the steps with which the call continues. */
export abstract class Candidate {
  readonly node: Rule
  readonly tests: readonly ParameterTest[]
  readonly unions: Unions

  constructor(node: Rule, host: Host, unions: Unions) {
    this.node = node
    this.unions = unions
    const seen = new Set<string>()
    this.tests = node.parameters.map((parameter) => testOf(parameter, host, seen))
  }

  /** Proves the body, for arguments that match the head. */
  abstract get body(): Step

  /** Matches the head, then proves the body. */
  abstract get entry(): Step

  /**
   * Proves the body for arguments that match the head, except an open one whose class has to be
   * tested.
   */
  abstract openEntry(at: number): Step

  /** Returns whether the rule may fit an argument that is the same in every call. */
  admits(at: number, value: Term): boolean {
    const { literal } = this.tests[at]!
    return literal === undefined || compareLiteral(literal, value) !== 'no'
  }

  asks(at: number): boolean {
    const { literal, tag, more } = this.tests[at]!
    return literal !== undefined || tag !== undefined || more
  }

  /**
   * Returns whether the rule fits. As in the proof of a rule, values are unified before any class
   * is tested.
   * @throws Fault for a class that is not registered.
   */
  fits(host: Host, args: readonly Term[], known: ClassAnswers): Answer {
    const head = this.#unifies(args)
    if (head === 'no') return 'no'
    let answer: Answer = head
    for (let at = 0; at < args.length && at < this.tests.length; at++) {
      const { tag, more } = this.tests[at]!
      const arg = args[at]
      if (tag === undefined) continue
      // trying the rule decides whether an unregistered class matters
      if (answer !== 'yes' && host.isSubclass(tag, tag) === undefined && !this.unions.has(tag)) return 'maybe'
      let member = known[at]!.get(tag)
      if (member === undefined) {
        member = this.#isInstance(host, tag, arg, at)
        known[at]!.set(tag, member)
      }
      if (member === 'no') return 'no'
      if (member === 'maybe') answer = answer === 'yes' && arg instanceof Cell && !more ? at : 'maybe'
    }
    return answer
  }

  #unifies(args: readonly Term[]): 'yes' | 'no' | 'maybe' {
    let answer: 'yes' | 'maybe' = 'yes'
    for (let at = 0; at < args.length && at < this.tests.length; at++) {
      const { literal, more } = this.tests[at]!
      const equal = literal === undefined ? 'yes' : compareLiteral(literal, args[at])
      if (equal === 'no') return 'no'
      if (more || equal !== 'yes') answer = 'maybe'
    }
    return answer
  }

  #isInstance(host: Host, tag: string, arg: Term, at: number): Answer {
    if (arg instanceof Cell || isThenable(arg)) return 'maybe'
    const node = this.node.parameters[at]!.term
    const value = sampleOf(arg)
    const members = this.unions.get(tag) ?? [tag]
    let answer: Answer = value === host.constant(tag) && this.unions.has(tag) ? 'yes' : 'no'
    for (const member of members) {
      const decided = decideClass(host, value, member, node)
      if (decided === true) return 'yes'
      if (decided === undefined) answer = 'maybe'
    }
    return answer
  }
}

function testOf(parameter: Parameter, host: Host, seen: Set<string>): ParameterTest {
  const { term, pattern } = parameter
  let literal = literalOf(term)
  let tag: string | undefined
  let more = false
  switch (term.kind) {
    case 'variable': {
      const isVariable = term.name !== 'nil' && !host.isConstant(term.name)
      if (!isVariable) more = term.name !== 'nil'
      else if (term.name !== '_') {
        more = seen.has(term.name)
        seen.add(term.name)
      }
      break
    }
    case 'list':
    case 'dictionary':
      more = true
      break
    default:
      // a literal, or an expression that is computed after the body
      break
  }
  if (pattern?.kind === 'class pattern') {
    tag = pattern.tag
    more ||= (pattern.fields?.length ?? 0) > 0
  } else if (pattern !== undefined) {
    literal ??= literalOf(pattern)
    more ||= literal === undefined
  }
  // variables inside are mentioned as well
  if (more) for (const name of occurrences(parameter).keys()) seen.add(name)
  return { literal, tag, more }
}

function literalOf(node: Pattern): Term | undefined {
  switch (node.kind) {
    case 'string':
    case 'boolean':
      return node.value
    case 'number':
      return numberTerm(node.value, node.float)
    case 'variable':
      return node.name === 'nil' ? null : undefined
    default:
      return undefined
  }
}

function compareLiteral(literal: Term, arg: Term): Answer {
  if (arg instanceof Cell) return 'maybe'
  if (literal === arg) return 'yes'
  if (literal === null) return 'maybe'
  const a = scalar(literal)
  const b = scalar(arg)
  if (isList(arg) || isDict(arg)) return 'no'
  if (typeof b === 'object' || typeof b === 'function' || typeof b === 'symbol' || b === undefined) return 'maybe'
  if (typeof a === 'number' || typeof a === 'bigint') {
    return (typeof b === 'number' || typeof b === 'bigint') && a <= b && a >= b ? 'yes' : 'no'
  }
  return a === b ? 'yes' : 'no'

  function scalar(term: Term): Term {
    return term instanceof Float ? term.value : term
  }
}

/** Returns a value of the same class as a term, for class tests. */
export function sampleOf(term: Term): unknown {
  if (term instanceof ListTerm) return []
  if (term instanceof DictTerm) return new Dict()
  return term instanceof Float ? term.value : term
}

/** Returns the constants that candidates compare an argument with; undefined if there are none. */
export function literalsAt(candidates: readonly Candidate[], at: number): ReadonlySet<unknown> | undefined {
  const literals = new Set<unknown>()
  for (const candidate of candidates) {
    const { literal } = candidate.tests[at]!
    if (literal !== undefined) literals.add(literal instanceof Float ? literal.value : literal)
  }
  return literals.size > 0 ? literals : undefined
}

/** Keys of the index for arguments whose type alone matters. */
export const kinds: Readonly<Record<string, symbol>> = {
  string: Symbol('string'),
  number: Symbol('number'),
  bigint: Symbol('bigint'),
  boolean: Symbol('boolean'),
  undefined: Symbol('undefined'),
  symbol: Symbol('symbol'),
  function: Symbol('function'),
  // among values of this type, only nil is not an object
  object: Symbol('nil'),
}
const list: unique symbol = Symbol('list')
const dictionary: unique symbol = Symbol('dictionary')
const unknownClass: unique symbol = Symbol('no class')

/**
 * Returns the key of an argument. No rule distinguishes arguments with equal keys before it is
 * tried.
 */
export function keyOf(host: Host, arg: Term, literals: ReadonlySet<unknown> | undefined): unknown {
  const value = arg instanceof Float ? arg.value : arg
  if (typeof value !== 'object' || value === null) {
    if (literals?.has(value)) return typeof value === 'string' ? textKey(value) : value
    const equal = otherForm(value)
    if (equal !== undefined && literals?.has(equal)) return value
    return typeof value === 'function' ? value : kinds[typeof value]
  }
  if (value instanceof Cell) return Cell
  if (isList(value)) return list
  if (isDict(value)) return dictionary
  const cls = host.classOf(value)
  if (cls !== undefined) return `class ${cls}`
  const own: unknown = value.constructor
  // JSON can have a key of that name
  return typeof own === 'function' ? own : unknownClass
}

/** Returns the key for a string that rules name; it never equals the key of a class. */
function textKey(text: string): string {
  return text.startsWith('class ') || text.startsWith('text ') ? `text ${text}` : text
}

/**
 * Returns the equal integer of the other numeric type, since a rule may name the constant in either:
 * a number for a bigint that a double represents exactly, and a bigint for an unsafe integer.
 * Returns undefined for all other values.
 */
function otherForm(value: unknown): number | bigint | undefined {
  if (typeof value === 'bigint') {
    const double = Number(value)
    // a comparison of the two types is exact
    return double <= value && double >= value ? double : undefined
  }
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? BigInt(value)
    : undefined
}

/** Returns the rules to try for arguments of this kind, in order. */
export function resolve(m: Machine, candidates: readonly Candidate[], args: readonly Term[]): readonly Step[] {
  const fitting: { readonly candidate: Candidate; readonly answer: Answer }[] = []
  const known: ClassAnswers = args.map(() => new Map<string, Answer>())
  for (const candidate of candidates) {
    const answer = candidate.fits(m.host, args, known)
    if (answer !== 'no') fitting.push({ candidate, answer })
  }
  const order = bySpecificity(m.host, fitting, args)
  return order.map(({ candidate, answer }) => {
    if (typeof answer === 'number') return candidate.openEntry(answer)
    return answer === 'yes' ? candidate.body : candidate.entry
  })
}
