import type { Expression, Parameter, Pattern, Rule } from '../../language/ast.js'
import type { Policy } from '../../policy/policy.js'
import { RuleIndex } from '../../policy/ruleIndex.js'
import type { Schema } from '../../schema/schema.js'
import { isUnion } from '../../schema/typeNames.js'
import { entryOf } from '../../values/entryOf.js'
import type { OperandType } from '../condition.js'
import { family } from '../type.js'
import { keyOf } from './definitions.js'
import type { Symbolic } from './terms.js'

/** Finds the rules that calls can reach. */
export class Candidates {
  /** The rules by their tests of one argument, by the name of the rules and its place. */
  readonly #indexes = new Map<string, RuleIndex<Rule>>()
  /** The rules that one argument does not exclude, by the name of the rules, its place, and its type. */
  readonly #known = new Map<string, readonly Rule[]>()

  constructor(
    private readonly policy: Policy,
    private readonly schema: Schema,
  ) {}

  /**
   * Returns the rules that a call can reach, most specific first, in the machine's stable order
   * (POLAR.md §2.10). The result may contain rules whose heads never match these arguments.
   * @param types - The types of the arguments; undefined for an argument that is not an operand.
   */
  of(name: string, args: readonly Symbolic[], types: readonly (OperandType | undefined)[]): readonly Rule[] {
    let rules = this.policy.rules.get(name) ?? []
    for (const [index, arg] of args.entries()) {
      const ofArgument = this.#byArgument(name, args.length, index, arg, types[index])
      if (ofArgument.length < rules.length) rules = ofArgument
    }
    const possible = rules.filter(
      ({ parameters }) =>
        parameters.length === args.length &&
        parameters.every((parameter, index) => isPossible(this.schema, parameter, args[index]!, types[index])),
    )
    if (possible.length < 2) return possible
    return insertionSort(possible, (a, b) => isMoreSpecific(this.schema, a, b, args))
  }

  /** Returns the rules that an argument does not exclude. A policy of many blocks has few of them for each class. */
  #byArgument(
    name: string,
    arity: number,
    index: number,
    arg: Symbolic,
    type: OperandType | undefined,
  ): readonly Rule[] {
    const rules = this.policy.rules.get(name) ?? []
    if (arg.kind !== 'operand' || !type) return rules
    const place = [name, arity, index].join(' ')
    return entryOf(this.#known, `${place} ${keyOf(arg.operand, type)}`, () => {
      const tests = entryOf(this.#indexes, place, () => {
        const fitting = rules.filter(({ parameters }) => parameters.length === arity)
        return new RuleIndex(fitting, ({ parameters }) => testOf(parameters[index]!))
      })
      return tests.passing(({ parameters }) => isPossible(this.schema, parameters[index]!, arg, type))
    })
  }
}

/** Returns the key of all that `isPossible` tests of an argument; undefined for no test. */
function testOf(parameter: Parameter): string | undefined {
  const literal = literalOf(parameter)
  const tag = parameter.pattern?.kind === 'class pattern' ? parameter.pattern.tag : ''
  if (literal === undefined) return tag || undefined
  return `${tag} ${typeof literal.value} ${literal.value}`
}

/**
 * Returns false for rules excluded by a literal or a class. This quick filter keeps the cost of a
 * call below the number of rules.
 */
function isPossible(schema: Schema, parameter: Parameter, arg: Symbolic, type: OperandType | undefined): boolean {
  if (arg.kind !== 'operand') return true
  const literal = literalOf(parameter)
  if (literal && arg.operand.kind === 'value') return literal.value === arg.operand.value
  const { pattern } = parameter
  if (pattern?.kind !== 'class pattern' || !type || isUnion(pattern.tag)) return true
  if (family(type) !== 'row' || !schema.models.has(pattern.tag)) return true
  const known = type.model!
  return (
    schema.isSubclass(known, pattern.tag) ||
    (!type.exact && schema.descendants(known).some((one) => schema.isSubclass(one, pattern.tag)))
  )
}

type Literal = Extract<Expression, { kind: 'string' | 'boolean' | 'number' }>

function literalOf({ term, pattern }: Parameter): Literal | undefined {
  if (isLiteral(term)) return term
  return pattern && isLiteral(pattern) ? pattern : undefined
}

function isLiteral(node: Expression | Pattern): node is Literal {
  return node.kind === 'string' || node.kind === 'boolean' || (node.kind === 'number' && typeof node.value === 'number')
}

/** Sorts as the machine does: moves a rule only before a less specific rule. */
function insertionSort<T>(items: readonly T[], isBefore: (a: T, b: T) => boolean): readonly T[] {
  const sorted: T[] = []
  for (const item of items) {
    let at = sorted.length
    while (at > 0 && isBefore(item, sorted[at - 1]!)) at--
    sorted.splice(at, 0, item)
  }
  return sorted
}

function isMoreSpecific(schema: Schema, a: Rule, b: Rule, args: readonly Symbolic[]): boolean {
  for (const [index, arg] of args.entries()) {
    const order = compare(schema, a.parameters[index]!.pattern, b.parameters[index]!.pattern, arg)
    if (order !== 0) return order < 0
  }
  return false
}

/** Returns a negative number if the first pattern is more specific. */
function compare(schema: Schema, a: Pattern | undefined, b: Pattern | undefined, arg: Symbolic): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0
  // Patterns order rules only for the host's objects.
  if (
    arg.kind !== 'operand' ||
    (arg.operand.kind === 'value' && (typeof arg.operand.value !== 'object' || arg.operand.value === null))
  ) {
    return isOfUnion(b) === isOfUnion(a) ? 0 : isOfUnion(b) ? -1 : 1
  }
  if (isOfUnion(a) || isOfUnion(b)) return isOfUnion(a) && isOfUnion(b) ? 0 : isOfUnion(b) ? -1 : 1
  if (a.kind === 'class pattern' && b.kind === 'class pattern') {
    if (a.tag === b.tag) return (b.fields?.length ?? 0) - (a.fields?.length ?? 0)
    if (schema.isSubclass(a.tag, b.tag)) return -1
    return schema.isSubclass(b.tag, a.tag) ? 1 : 0
  }
  if (a.kind === 'class pattern') return b.kind === 'dictionary pattern' ? -1 : 0
  if (b.kind === 'class pattern') return a.kind === 'dictionary pattern' ? 1 : 0
  if (a.kind === 'dictionary pattern' && b.kind === 'dictionary pattern') return b.fields.length - a.fields.length
  return 0
}

function isOfUnion(pattern: Pattern): boolean {
  return pattern.kind === 'class pattern' && isUnion(pattern.tag)
}
