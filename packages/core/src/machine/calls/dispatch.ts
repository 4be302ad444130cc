import type { Parameter, Pattern, Rule } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import { Dict } from '../../values/dict.js'
import type { Host } from '../host/host.js'
import { Cell } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import type { Step } from '../state/step.js'
import { DictTerm, Float, isDict, isList, isThenable, ListTerm, type Term } from '../state/term.js'
import type { Unions } from '../state/unions.js'
import { numberTerm } from '../terms/arithmetic.js'
import { decideClass } from '../terms/pattern.js'
import { bySpecificity } from './specificity.js'

/** What a parameter asks of its argument, as far as it can be told without running anything. */
interface ParameterTest {
  /** A text, number, boolean or nil that the argument has to be. */
  readonly literal: Term | undefined
  /** A class that it has to be an instance of. */
  readonly tag: string | undefined
  /** Whether that is not all: the head has to be matched when the rule is tried. */
  readonly more: boolean
}

/** A number is the place of the only argument that is in doubt: it is open, and nothing but its class is asked for. */
type Answer = 'yes' | 'no' | 'maybe' | number

/** A compiled rule: the steps that a call goes on with. */
export interface TriedRule {
  readonly node: Rule
  /** Proves the body, for arguments that match the head. */
  readonly body: Step
  /** Matches the head, then proves the body. */
  readonly entry: Step
  /** Proves the body, for arguments that match the head but for an open one whose class has to be tested. */
  openEntry(at: number): Step
}

/** A rule as a call sees it: what its parameters ask for. */
export class Candidate {
  readonly rule: TriedRule
  readonly tests: readonly ParameterTest[]
  readonly unions: Unions

  constructor(rule: TriedRule, host: Host, unions: Unions) {
    this.rule = rule
    this.unions = unions
    const seen = new Set<string>()
    this.tests = rule.node.parameters.map((parameter) => testOf(parameter, host, seen))
  }

  /** Whether the rule may fit an argument that is the same in every call. */
  admits(at: number, value: Term): boolean {
    const { literal } = this.tests[at]!
    return literal === undefined || compareLiteral(literal, value) !== 'no'
  }

  asks(at: number): boolean {
    const { literal, tag, more } = this.tests[at]!
    return literal !== undefined || tag !== undefined || more
  }

  /**
   * Whether the rule fits: as where a rule is tried, values are unified before any class is tested.
   * @throws Fault for a class that is not registered.
   */
  fits(host: Host, args: readonly Term[]): Answer {
    const head = this.#unifies(args)
    if (head === 'no') return 'no'
    let answer: Answer = head
    for (let at = 0; at < args.length && at < this.tests.length; at++) {
      const { tag, more } = this.tests[at]!
      const arg = args[at]
      if (tag === undefined) continue
      // whether an unregistered class matters is found out when the rule is tried
      if (answer !== 'yes' && host.isSubclass(tag, tag) === undefined && !this.unions.has(tag)) return 'maybe'
      const member = this.#isInstance(host, tag, arg, at)
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
    const node = this.rule.node.parameters[at]!.term
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
      // a literal, or an expression that is computed behind the body
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

/** A value of the same class as a term, for class tests. */
export function sampleOf(term: Term): unknown {
  if (term instanceof ListTerm) return []
  if (term instanceof DictTerm) return new Dict()
  return term instanceof Float ? term.value : term
}

/** The constants that candidates ask of an argument; undefined where there are none. */
export function literalsAt(candidates: readonly Candidate[], at: number): ReadonlySet<unknown> | undefined {
  const literals = new Set<unknown>()
  for (const candidate of candidates) {
    const { literal } = candidate.tests[at]!
    if (literal !== undefined) literals.add(literal instanceof Float ? literal.value : literal)
  }
  return literals.size > 0 ? literals : undefined
}

/** Keys of the index for arguments of which only the type matters. */
export const kinds: Readonly<Record<string, symbol>> = {
  string: Symbol('string'),
  number: Symbol('number'),
  bigint: Symbol('bigint'),
  boolean: Symbol('boolean'),
  undefined: Symbol('undefined'),
  symbol: Symbol('symbol'),
  function: Symbol('function'),
  // of what is of this type, only nil is no object
  object: Symbol('nil'),
}
const list: unique symbol = Symbol('list')
const dictionary: unique symbol = Symbol('dictionary')
const unknownClass: unique symbol = Symbol('no class')

/** Equal for arguments between which no rule can tell before it is tried. */
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

/** The key for a text that rules name: never one of a class. */
function textKey(text: string): string {
  return text.startsWith('class ') || text.startsWith('text ') ? `text ${text}` : text
}

/** An integer as the type that a constant equal to it would have if it is not the same: bigint for those a double can't tell apart. */
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

/** The rules to try for arguments of this kind, in order. */
export function resolve(m: Machine, candidates: readonly Candidate[], args: readonly Term[]): readonly Step[] {
  const fitting: { readonly candidate: Candidate; readonly answer: Answer }[] = []
  for (const candidate of candidates) {
    const answer = candidate.fits(m.host, args)
    if (answer !== 'no') fitting.push({ candidate, answer })
  }
  const order = bySpecificity(m.host, fitting, args)
  return order.map(({ candidate: { rule }, answer }) => {
    if (typeof answer === 'number') return rule.openEntry(answer)
    return answer === 'yes' ? rule.body : rule.entry
  })
}
