import type {
  Compare,
  Condition,
  Definition,
  In,
  IsA,
  Opaque,
  Operand,
  Ref,
  Root,
  Some,
  Variable,
} from '../../condition/condition.js'
import { conjunction, disjunction, FALSE, not, or, TRUE } from '../../condition/construct.js'
import { withinSize } from '../../condition/operandSize.js'
import { substituteOperand } from '../../condition/substitute.js'
import { canFailToRead, declaredModel } from '../../condition/type.js'
import { ArcturusError, QueryError } from '../../errors.js'
import { compareText } from '../../language/compareText.js'
import type { Span } from '../../language/source.js'
import { Budget, limitError } from '../../predicate/budget.js'
import type { Predicate } from '../../predicate/compiler.js'
import type { Meaning } from '../../predicate/meaning.js'
import { mayBePartial } from '../../schema/partial.js'
import type { Schema } from '../../schema/schema.js'
import type { Missing, Unloaded } from '../../schema/wanted.js'
import { textTestUnits } from '../../text/call.js'
import { Dict } from '../../values/dict.js'
import { assertSize } from '../algebra/size.js'
import { calculated } from './arithmetic.js'
import { ComparedRows } from './comparedRows.js'
import { BoundDefinitions } from './definitions.js'
import { assertThere, decided, Failed, fail, placed, settled, undefinedElement, waiting } from './failure.js'
import { joinedArms, type RowJoin, rowJoinOf } from './link.js'
import { BindReader, called } from './reader.js'

/**
 * Binds a condition to an actor: computes known operands and unrolls quantifiers over the actor's
 * own collections. The result depends on the resource alone. A condition that fails for every row
 * becomes a `failure`.
 * @param unloaded - How to treat a relation that is not loaded. Default `'error'`.
 */
export function bind(
  condition: Condition,
  actor: unknown,
  action: unknown,
  meaning: Meaning,
  unloaded: Unloaded = 'error',
): Condition {
  return new Binder(meaning, undefined, unloaded).bind(condition, subjects(actor, action))
}

/** Returns the substitution of the actor and the action for the subjects of a condition. */
export function subjects(actor: unknown, action: unknown): Environment {
  const actorOperand: Operand = { kind: 'value', value: actor }
  const actionOperand: Operand = { kind: 'value', value: action }
  return ({ kind }) => (kind === 'actor' ? actorOperand : kind === 'action' ? actionOperand : undefined)
}

export type Environment = (root: Root) => Operand | undefined

/** Binds conditions to an actor. */
export class Binder {
  readonly #meaning: Meaning
  readonly #schema: Schema
  readonly #missing: Missing | undefined
  readonly #reader: BindReader
  #definitions: BoundDefinitions | undefined
  readonly #budget: Budget
  #size = 0

  constructor(meaning: Meaning, missing: Missing | undefined, unloaded: Unloaded = 'error') {
    this.#meaning = meaning
    this.#missing = missing
    this.#schema = meaning.schema
    this.#budget = Budget.of(meaning.limits, 1, limitError)()
    this.#reader = new BindReader(meaning.schema, missing, unloaded)
  }

  /**
   * Returns the bound condition; a failure becomes a `failure`.
   * @param isLast - Whether nothing is evaluated after this condition, so that its further
   * solutions do not matter.
   */
  bind(condition: Condition, environment: Environment, isLast: boolean = true): Condition {
    this.#count(1)
    try {
      return this.#bind(condition, environment, isLast)
    } catch (error) {
      if (error instanceof Failed) return { kind: 'failure', error: error.error }
      throw error
    }
  }

  /**
   * Returns an operand in which everything known is computed.
   * @throws Failed if it can't be read.
   */
  operand(operand: Operand, environment: Environment): Operand {
    return this.#operand(operand, environment)
  }

  #count(parts: number): void {
    this.#budget.spend(parts)
    this.#size += parts
    assertSize(this.#size)
  }

  #bind(condition: Condition, environment: Environment, isLast: boolean): Condition {
    switch (condition.kind) {
      case 'true':
      case 'false':
      case 'failure':
        return condition
      case 'and': {
        const of: Condition[] = []
        for (let index = 0; index < condition.of.length; index++) {
          const part = this.bind(condition.of[index]!, environment, isLast && index === condition.of.length - 1)
          of.push(part)
          if (part.kind === 'false' || part.kind === 'failure') break
        }
        return conjunction(of)
      }
      case 'or': {
        const of: Condition[] = []
        for (const { arms, links } of joinedArms(condition)) {
          const together = arms.length > 1 ? this.#together(links, environment) : undefined
          if (together) of.push(together)
          else if (this.#isSettledBy(arms, environment, isLast, of)) break
        }
        return disjunction(of)
      }
      case 'not':
        return not(this.bind(condition.of, environment))
      case 'test': {
        const of = this.#operand(condition.of, environment)
        if (of.kind !== 'value') return of === condition.of ? condition : { ...condition, of }
        if (typeof of.value === 'boolean') return of.value ? TRUE : FALSE
        return fail('type-error', 'A condition must be true or false.', condition.span)
      }
      case 'reads': {
        const of = this.#operand(condition.of, environment)
        return of.kind === 'value' ? TRUE : of === condition.of ? condition : { ...condition, of }
      }
      case 'compare':
        return this.#compare(condition, environment)
      case 'in':
        return this.#in(condition, environment)
      case 'some':
        return this.#some(condition, environment, isLast)
      case 'isa': {
        const of = this.#operand(condition.of, environment)
        if (of.kind !== 'value') return of === condition.of ? condition : { ...condition, of }
        return this.#instance(condition, of.value)
      }
      case 'text': {
        const of = this.#operand(condition.of, environment)
        const part = this.#operand(condition.part, environment)
        assertThere([of, part], condition.span)
        if (of.kind !== 'value' || part.kind !== 'value') return { ...condition, of, part }
        if (of.value === null || part.value === null) return FALSE
        if (typeof of.value !== 'string' || typeof part.value !== 'string')
          return fail('type-error', `\`${condition.operator}\` needs two strings.`, condition.span)
        this.#budget.charge(textTestUnits(condition.operator, of.value, part.value))
        return of.value[condition.operator](part.value) ? TRUE : FALSE
      }
      case 'ref':
        return this.#ref(condition, environment, isLast)
      case 'opaque':
        return this.#opaque(condition, environment, isLast)
    }
  }

  /** Binds arms until one settles the disjunction. Returns whether one did. */
  #isSettledBy(arms: readonly Condition[], environment: Environment, isLast: boolean, bound: Condition[]): boolean {
    for (const arm of arms) {
      const part = this.bind(arm, environment, isLast)
      bound.push(part)
      if ((part.kind === 'true' && isLast) || part.kind === 'failure') return true
    }
    return false
  }

  #opaque(condition: Opaque, environment: Environment, isLast: boolean): Condition {
    const bindings = condition.goal.bindings.map(({ name, operand }) => ({
      name,
      operand: this.#operand(operand, environment),
    }))
    const opaque: Opaque = { ...condition, goal: { expression: condition.goal.expression, bindings } }
    const values = new Map<string, unknown>()
    for (const { name, operand } of bindings) {
      if (operand.kind !== 'value') return opaque
      values.set(name, operand.value)
    }
    return this.#ask(opaque, values, isLast)
  }

  /**
   * Runs the machine. If further solutions matter, an error behind the first is part of the result.
   */
  #ask(opaque: Opaque, values: ReadonlyMap<string, unknown>, isLast: boolean): Condition {
    let first: Condition = FALSE
    try {
      const { expression } = opaque.goal
      first = decided(this.#meaning.ask(expression, values, false, this.#missing), opaque.span)
      if (first.kind === 'true' && !isLast) this.#meaning.ask(expression, values, true, this.#missing)
      return first
    } catch (error) {
      if (!(error instanceof ArcturusError)) throw error
      // It is an error only if everything after it holds too: the machine has to see the whole.
      if (error.code === 'unhandled-constraint') return opaque
      return or(first, { kind: 'failure', error })
    }
  }

  #decided(ask: () => boolean | undefined, span: Span): Condition {
    return decided(this.#answer(ask, span), span)
  }

  /** Evaluates an operation on values. A `QueryError` is placed at `span` in the policy. */
  #answer(ask: () => boolean | undefined, span: Span): boolean | undefined {
    try {
      return ask()
    } catch (error) {
      throw error instanceof QueryError ? new Failed(placed(error, span)) : error
    }
  }

  #instance({ model, exact, span }: IsA, value: unknown): Condition {
    return this.#decided(() => this.#meaning.isInstance(value, model, exact), span)
  }

  #compare(condition: Compare, environment: Environment): Condition {
    const left = this.#operand(condition.left, environment)
    const right = this.#operand(condition.right, environment)
    if (left.kind === 'value' && right.kind === 'value') return this.#comparison(condition, left.value, right.value)
    // A comparison of the resource alone is the same for every actor.
    if (left === condition.left && right === condition.right) return condition
    const { operator, span } = condition
    assertThere([left, right], span)
    if (operator === '=' || operator === '==' || operator === '!=') {
      this.#assertMet(left, right, span)
      this.#assertMet(right, left, span)
    }
    return { kind: 'compare', operator, left, right, span }
  }

  /** Fails if an object of unknown class is compared with a row: nothing identifies its row. */
  #assertMet(known: Operand, other: Operand, span: Span): void {
    if (known.kind !== 'value') return
    const { value } = known
    const isStrange = Array.isArray(value)
      ? value.some((one) => this.#schema.isStranger(one))
      : this.#schema.isStranger(value)
    const model = isStrange ? declaredModel(this.#schema, other) : undefined
    if (model === undefined) return
    fail('unknown-row', `An object of unknown class is compared with a row of ${model}.`, span)
  }

  #comparison({ operator, span }: Compare, left: unknown, right: unknown): Condition {
    if (operator === '=') return this.#decided(() => this.#meaning.equal(left, right), span)
    const result = this.#answer(() => this.#meaning.compare(operator, left, right), span)
    if (result === undefined)
      assertThere(
        [left, right].map((value) => ({ kind: 'value', value })),
        span,
      )
    if (result === undefined)
      return fail('type-error', `Values of these types cannot be compared with \`${operator}\`.`, span)
    return result ? TRUE : FALSE
  }

  #in(condition: In, environment: Environment): Condition {
    const item = this.#operand(condition.item, environment)
    const list = withElements(this.#operand(condition.list, environment))
    if (list.kind === 'value' && !Array.isArray(list.value))
      return fail('type-error', '`in` needs a list.', condition.span)
    if (item.kind !== 'value' || list.kind !== 'value') {
      assertThere([item], condition.span)
      this.#assertMet(list, item, condition.span)
      this.#assertMet(item, list, condition.span)
      return { ...condition, item, list }
    }
    return this.#membership(item.value, list.value as readonly unknown[], condition.span)
  }

  #membership(item: unknown, list: readonly unknown[], span: Span): Condition {
    for (const one of list) {
      this.#budget.spend(1)
      if (one === undefined) return undefinedElement(span)
      const equal = this.#answer(() => this.#meaning.equal(item, one), span)
      if (equal === undefined) return waiting(span)
      if (equal) return TRUE
    }
    return FALSE
  }

  #some(condition: Some, environment: Environment, isLast: boolean): Condition {
    const from = withElements(this.#operand(condition.from, environment))
    if (from.kind !== 'value') return { ...condition, from, where: this.bind(condition.where, environment, isLast) }
    if (!Array.isArray(from.value)) return fail('type-error', '`in` needs a list.', condition.span)
    const link = rowJoinOf(condition)
    const linked = link && this.#linked([link], from.value, environment)
    return linked ?? this.#oneByOne(condition, from.value, environment, isLast)
  }

  #oneByOne(condition: Some, rows: readonly unknown[], environment: Environment, isLast: boolean): Condition {
    const arms: Condition[] = []
    for (const value of rows) {
      const inner = within(environment, condition.each, value)
      const arm = value === undefined ? undefinedElement(condition.span) : this.bind(condition.where, inner, isLast)
      arms.push(arm)
      if ((arm.kind === 'true' && isLast) || arm.kind === 'failure') break
    }
    return disjunction(arms)
  }

  /**
   * Binds quantifiers over the same rows in one pass. Returns undefined if they have to be bound
   * one by one.
   */
  #together(links: readonly RowJoin[], environment: Environment): Condition | undefined {
    try {
      const from = this.#operand(links[0]!.some.from, environment)
      if (from.kind !== 'value' || !Array.isArray(from.value)) return undefined
      return this.#linked(links, from.value, environment)
    } catch (error) {
      if (error instanceof Failed) return undefined
      throw error
    }
  }

  /**
   * Binds a quantifier over known rows that compares each row with one path of the resource. The
   * result is that path in a list of values, or one comparison per value. The other tests of a row
   * are settled. Several quantifiers that differ only in those tests bind together. Returns
   * undefined if the condition needs more than that.
   */
  #linked(links: readonly RowJoin[], rows: readonly unknown[], environment: Environment): Condition | undefined {
    const link = links[0]!
    const { span } = link.some
    // Reading a known operand can be an error even if the condition before it is false.
    if (environment(link.other.root)?.kind === 'value') return undefined
    const item = this.#operand(link.other, environment)
    const canFail = item === link.other ? link.canFail(this.#schema) : canFailToRead(this.#schema, item)
    const isList = rows.length > 1 && !canFail
    if (!isList && !link.isLast) return undefined
    const compared = new ComparedRows(rows, link.own, this.#reader, this.#meaning)
    const found: unknown[] = []
    for (const one of links) if (!this.#findIn(one, rows, compared, environment, found)) return undefined
    if (found.length === 0) return FALSE
    if (isList) {
      return { kind: 'in', item, list: { kind: 'value', value: found }, span }
    }
    this.#count(found.length)
    return link.compare(found, item)
  }

  /**
   * Collects the compared values of the rows that pass. Returns false if that takes more than
   * reading.
   */
  #findIn(
    link: RowJoin,
    rows: readonly unknown[],
    compared: ComparedRows,
    environment: Environment,
    found: unknown[],
  ): boolean {
    const test = link.testFor(this.#meaning)
    const isUndeclared = link.isUndeclared(this.#schema)
    for (let at = 0; at < rows.length; at++) {
      this.#budget.spend(1)
      const row = rows[at]
      if (row === undefined) return false
      const passes = this.#passes(row, test) ?? this.#truth(link.tests, within(environment, link.some.each, row))
      if (passes === undefined) return false
      if (!passes && link.isLast) continue
      const own = compared.at(at)
      if (own === undefined || (isUndeclared && this.#schema.isStranger(own))) return false
      if (passes && own !== null) found.push(own)
      // A row is compared before its failing test: the comparison must not be an error.
      else if (passes || !compared.isComparable(at)) return false
    }
    return true
  }

  /**
   * Returns whether a row passes a predicate; undefined if the row may be partial or the predicate
   * throws.
   */
  #passes(row: unknown, test: Predicate | undefined): boolean | undefined {
    if (!test || mayBePartial(row)) return undefined
    try {
      return test(undefined, undefined, row)
    } catch {
      return undefined
    }
  }

  #truth(condition: Condition, environment: Environment): boolean | undefined {
    const { kind } = this.bind(condition, environment)
    return kind === 'true' ? true : kind === 'false' ? false : undefined
  }

  /**
   * Binds a definition once per set of values. A recursive one whose arguments are all known goes
   * to the machine.
   */
  #ref(condition: Ref, environment: Environment, isLast: boolean): Condition {
    const { definition, span } = condition
    const args = this.#operands(condition.args, environment)
    if (definition.recursive && args.every((one) => one.kind === 'value')) {
      return this.#askRule(definition, args, span, environment, isLast)
    }
    this.#definitions ??= new BoundDefinitions()
    return this.#definitions.refer(definition, args, isLast ? 'last' : '', span, (known) =>
      this.bind(
        definition.condition,
        (root) => known(root) ?? (root.kind === 'action' ? environment(root) : undefined),
        isLast,
      ),
    )
  }

  #askRule(
    definition: Definition,
    args: readonly Operand[],
    span: Span,
    environment: Environment,
    isLast: boolean,
  ): Condition {
    const known = new Map<Root, Operand>(definition.parameters.map((parameter, index) => [parameter, args[index]!]))
    const bindings = definition.arguments.map((argument, index) => ({
      name: `argument_${index}`,
      operand: substituteOperand(
        argument,
        (root) => known.get(root) ?? (root.kind === 'action' ? environment(root) : undefined),
      ),
    }))
    const expression = {
      kind: 'call',
      name: definition.name,
      args: bindings.map(({ name }) => ({ kind: 'variable', name, span }) as const),
      keywords: [],
      span,
    } as const
    const reason = { code: 'recursion', message: `${definition.name} calls itself` }
    return this.bind({ kind: 'opaque', goal: { expression, bindings }, reason, span }, () => undefined, isLast)
  }

  #operand(operand: Operand, environment: Environment): Operand {
    switch (operand.kind) {
      case 'value':
      case 'count':
        return operand
      case 'constant': {
        const value = this.#schema.constants.get(operand.name)
        return { kind: 'value', value: settled(value, `The constant ${operand.name}`, operand.span) }
      }
      case 'path': {
        const root = environment(operand.root)
        if (!root) return operand
        const read = this.#reader.steps(root, operand.steps)
        return read.kind === 'path' && operand.as ? { ...read, as: operand.as } : read
      }
      case 'field':
        return this.#reader.steps(this.#operand(operand.of, environment), [operand.step])
      case 'list': {
        const elements = this.#operands(operand.elements, environment)
        assertThere(elements)
        const values = valuesOf(elements)
        return values ? { kind: 'value', value: values } : withinSize({ kind: 'list', elements })
      }
      case 'call': {
        const of = this.#operand(operand.of, environment)
        const args = this.#operands(operand.args, environment)
        const values = valuesOf(args)
        assertThere([of, ...args], operand.span)
        if (of.kind !== 'value' || !values) return withinSize({ ...operand, of, args })
        return { kind: 'value', value: called(of.value, operand, values, this.#budget, this.#meaning.regExp) }
      }
      case 'arithmetic': {
        const left = this.#operand(operand.left, environment)
        const right = this.#operand(operand.right, environment)
        if (left.kind !== 'value' || right.kind !== 'value') return withinSize({ ...operand, left, right })
        return calculated(operand, left, right)
      }
    }
  }

  #operands(operands: readonly Operand[], environment: Environment): readonly Operand[] {
    return operands.map((one) => this.#operand(one, environment))
  }
}

/** Returns the environment with a row substituted for a variable. */
function within(outside: Environment, each: Variable, value: unknown): Environment {
  return (root) => (root === each ? { kind: 'value', value } : outside(root))
}

/** Returns the values of operands; undefined if one of them is not known. */
function valuesOf(operands: readonly Operand[]): readonly unknown[] | undefined {
  return operands.every((one) => one.kind === 'value') ? operands.map((one) => one.value) : undefined
}

/**
 * Returns the elements of a known operand: characters of a text, and entries of a dictionary sorted
 * by key.
 */
export function withElements(list: Operand): Operand {
  if (list.kind !== 'value') return list
  if (typeof list.value === 'string') return { kind: 'value', value: [...list.value] }
  if (!(list.value instanceof Dict)) return list
  return { kind: 'value', value: Object.entries(list.value).sort(([a], [b]) => compareText(a, b)) }
}
