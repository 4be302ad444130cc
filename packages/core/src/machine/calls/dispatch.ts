import type { Parameter, Pattern, Rule } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import { Dict } from '../../values/dict.js'
import { entryOf } from '../../values/entryOf.js'
import { isThenable } from '../../values/thenable.js'
import type { Host } from '../host/host.js'
import { Cell } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import type { Unions } from '../state/matcher.js'
import type { Step } from '../state/step.js'
import { DictTerm, Float, isDict, isList, isOfHost, ListTerm, type Term } from '../state/term.js'
import { numberTerm } from '../terms/arithmetic.js'
import { decideClass } from '../terms/pattern.js'

/**
 * A number is the index of the only undecided argument: it is open, and only its class has to be
 * tested.
 */
type Answer = 'yes' | 'no' | 'maybe' | number

/** The answers to the class tests of one call by the name of the class, for each argument. */
type ClassAnswers = readonly Map<string, Answer>[]

/**
 * A rule from the point of view of a call: the tests of its parameters, and the steps with which the call continues. The tests
 * are read from the rule when a call asks: most rules of a large policy fail the first one, and are never tried.
 */
export abstract class Candidate {
  constructor(
    readonly node: Rule,
    /** The host that the rule is compiled for. Queries can have their own, with the same names. */
    private readonly host: Host,
    readonly unions: Unions,
  ) {}

  /** Proves the body, for arguments that match the head. */
  abstract get body(): Step

  /** Matches the head, then proves the body. */
  abstract get entry(): Step

  /**
   * Proves the body for arguments that match the head, except an open one whose class has to be
   * tested.
   */
  abstract openEntry(at: number): Step

  /**
   * Returns the key of the test with which an argument by itself can exclude the rule: of a constant or a class. Returns
   * undefined if there is none, or if the call may have to fail because a class of the head is not registered.
   */
  test(at: number): unknown {
    const literal = this.literal(at)
    if (literal !== undefined) return typeof literal === 'string' ? `text ${literal}` : scalar(literal)
    const tag = this.#tag(at)
    const isRegistered = ({ pattern }: Parameter) =>
      pattern?.kind !== 'class pattern' ||
      [...(this.unions.get(pattern.tag) ?? [pattern.tag])].every((one) => this.host.isSubclass(one, one) !== undefined)
    return tag !== undefined && this.node.parameters.every(isRegistered) ? `class ${tag}` : undefined
  }

  /** Returns whether an argument passes the test. */
  admits(host: Host, at: number, value: Term): boolean {
    const literal = this.literal(at)
    if (literal !== undefined) return compareLiteral(literal, value) !== 'no'
    const tag = this.#tag(at)
    return tag === undefined || this.#isInstance(host, tag, value, at) !== 'no'
  }

  /** Returns whether the rule tests an argument. */
  asks(at: number): boolean {
    return this.literal(at) !== undefined || this.#tag(at) !== undefined || this.#hasMore(at)
  }

  /** Returns the string, number, boolean or nil that an argument must equal. */
  literal(at: number): Term | undefined {
    const { term, pattern } = this.node.parameters[at]!
    const literal = literalOf(term)
    return pattern === undefined || pattern.kind === 'class pattern' ? literal : (literal ?? literalOf(pattern))
  }

  /** Returns the class that an argument must be an instance of. */
  #tag(at: number): string | undefined {
    const { pattern } = this.node.parameters[at]!
    return pattern?.kind === 'class pattern' ? pattern.tag : undefined
  }

  /** Returns whether a parameter has other tests: the head then has to be matched when the rule is tried. */
  #hasMore(at: number): boolean {
    const { parameters } = this.node
    const { term, pattern } = parameters[at]!
    if (pattern?.kind === 'class pattern') {
      if (pattern.fields && pattern.fields.length > 0) return true
    } else if (pattern !== undefined && this.literal(at) === undefined) return true
    if (term.kind !== 'variable') return term.kind === 'list' || term.kind === 'dictionary'
    if (term.name === 'nil' || term.name === '_') return false
    return this.host.isConstant(term.name) || isMentioned(term.name, parameters, at)
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
    for (let at = 0; at < this.node.parameters.length; at++) {
      const tag = this.#tag(at)
      const arg = args[at]
      if (tag === undefined) continue
      // trying the rule decides whether an unregistered class matters
      if (answer !== 'yes' && host.isSubclass(tag, tag) === undefined && !this.unions.has(tag)) return 'maybe'
      const member = entryOf(known[at]!, tag, () => this.#isInstance(host, tag, arg, at))
      if (member === 'no') return 'no'
      if (member === 'maybe') answer = answer === 'yes' && arg instanceof Cell && !this.#hasMore(at) ? at : 'maybe'
    }
    return answer
  }

  #unifies(args: readonly Term[]): 'yes' | 'no' | 'maybe' {
    let answer: 'yes' | 'maybe' = 'yes'
    // The list of arguments can be that of a frame, which is longer.
    const { length } = this.node.parameters
    for (let at = 0; at < length; at++) {
      const literal = this.literal(at)
      const equal = literal === undefined ? 'yes' : compareLiteral(literal, args[at])
      if (equal === 'no') return 'no'
      if (equal === 'maybe') answer = 'maybe'
    }
    for (let at = 0; answer === 'yes' && at < length; at++) if (this.#hasMore(at)) answer = 'maybe'
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

/** Returns whether a parameter before the one at `end` mentions a variable. */
function isMentioned(name: string, parameters: readonly Parameter[], end: number): boolean {
  for (let at = 0; at < end; at++) {
    const { term, pattern } = parameters[at]!
    if (term.kind === 'variable' ? term.name === name : term.kind !== 'string' && occurrences(term).has(name))
      return true
    if (pattern && (pattern.kind !== 'class pattern' || pattern.fields) && occurrences(pattern).has(name)) return true
  }
  return false
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
}

function scalar(term: Term): Term {
  return term instanceof Float ? term.value : term
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
    const literal = candidate.literal(at)
    if (literal !== undefined) literals.add(scalar(literal))
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

/** A rule and the unions of its policy. */
interface Ranked {
  readonly node: Rule
  readonly unions: Unions
}

/**
 * Orders rules, the most specific for these arguments first; equally specific rules keep their
 * order.
 */
function bySpecificity<R extends { readonly candidate: Ranked }>(
  host: Host,
  rules: readonly R[],
  args: readonly Term[],
): R[] {
  const sorted = [...rules]
  for (let from = 1; from < sorted.length; from++) {
    const rule = sorted[from]!
    let at = from
    for (; at > 0 && isMoreSpecific(host, rule.candidate, sorted[at - 1]!.candidate, args); at--) {
      sorted[at] = sorted[at - 1]!
    }
    sorted[at] = rule
  }
  return sorted
}

/** Returns whether the left rule is more specific; the leftmost parameters that differ decide. */
function isMoreSpecific(host: Host, left: Ranked, right: Ranked, args: readonly Term[]): boolean {
  for (let at = 0; at < args.length; at++) {
    const a = left.node.parameters[at]?.pattern
    const b = right.node.parameters[at]?.pattern
    const sign = compare(host, left.unions, a, b, args[at])
    if (sign !== 0) return sign > 0
  }
  return false
}

/** Returns a positive number if the left pattern is the more specific one. */
function compare(host: Host, unions: Unions, left: Pattern | undefined, right: Pattern | undefined, arg: Term): number {
  if (left === undefined || right === undefined) return (left ? 1 : 0) - (right ? 1 : 0)
  const unionsDiffer = Number(isUnion(right, unions)) - Number(isUnion(left, unions))
  if (unionsDiffer !== 0 || isUnion(left, unions)) return unionsDiffer
  if (left.kind === 'class pattern' && right.kind === 'class pattern') {
    if (!isOfHost(arg)) return 0
    if (left.tag === right.tag) return (left.fields?.length ?? 0) - (right.fields?.length ?? 0)
    return Number(host.isNearer(arg, left.tag, right.tag)) - Number(host.isNearer(arg, right.tag, left.tag))
  }
  if (left.kind === 'dictionary pattern' && right.kind === 'dictionary pattern') {
    return left.fields.length - right.fields.length
  }
  if (left.kind === 'class pattern' && right.kind === 'dictionary pattern') return 1
  if (left.kind === 'dictionary pattern' && right.kind === 'class pattern') return -1
  return 0
}

function isUnion(pattern: Pattern, unions: Unions): boolean {
  return pattern.kind === 'class pattern' && unions.has(pattern.tag)
}
