import type { Compare, Condition, Definition, In, Opaque, Operand, Ref, Root, Some } from '../../condition/condition.js'
import { conjunction, disjunction, FALSE, marked, not, TRUE } from '../../condition/construct.js'
import { substituteOperand } from '../../condition/substitute.js'
import { ArcturusError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { Budget, limitError } from '../../predicate/budget.js'
import type { Meaning } from '../../predicate/meaning.js'
import type { Missing, Unloaded } from '../../schema/wanted.js'
import { endsEvaluation } from '../../values/semantics.js'
import { assertSize } from '../algebra/size.js'
import { BoundDefinitions } from './definitions.js'
import { assertThere, decided, Failed, fail, outcome, undefinedElement } from './failure.js'
import { bindJoins, type JoinBinder } from './joins.js'
import { assertIdentified, compareKnown, isAmongKnown, isKnownInstance, testKnownText } from './known.js'
import { bindOperand, bindOperands, type Environment, withElements, within } from './operands.js'
import { BindReader } from './reader.js'
import { joinedArms, type RowJoin, rowJoinOf } from './rowJoin.js'

/**
 * Binds a condition to an actor: computes known operands and unrolls quantifiers over the actor's
 * own collections. The result depends on the resource alone. A condition that fails for every row
 * becomes a `failure`.
 * @param unloaded - How to treat a relation that is not loaded. Default `'error'`.
 * @param missing - The values that have arrived in place of missing ones.
 * @param before - The row before, for a condition of `allow_update`.
 */
export function bind(
  condition: Condition,
  actor: unknown,
  action: unknown,
  meaning: Meaning,
  unloaded: Unloaded = 'error',
  missing?: Missing,
  before?: object,
): Condition {
  return new Binder(meaning, missing, unloaded).bind(condition, subjects(actor, action, before))
}

/** Returns the substitution of the known values for the subjects of a condition. */
export function subjects(actor: unknown, action: unknown, before?: object): Environment {
  const known = new Map<Root['kind'], Operand>([
    ['actor', { kind: 'value', value: actor }],
    ['action', { kind: 'value', value: action }],
  ])
  if (before) known.set('before', { kind: 'value', value: before })
  return ({ kind }) => known.get(kind)
}

export { type Environment, withElements } from './operands.js'

/** Binds conditions to an actor. */
export class Binder implements JoinBinder {
  readonly reader: BindReader
  readonly budget: Budget
  #definitions: BoundDefinitions | undefined
  #size = 0

  constructor(
    readonly meaning: Meaning,
    private readonly missing: Missing | undefined,
    unloaded: Unloaded = 'error',
  ) {
    this.reader = new BindReader(meaning.schema, missing, unloaded)
    this.budget = Budget.of(meaning.limits, 1, limitError)()
  }

  /** Returns the bound condition; a failure becomes a `failure`. */
  bind(condition: Condition, environment: Environment): Condition {
    this.count(1)
    return outcome(() => this.#bind(condition, environment))
  }

  /**
   * Returns an operand in which everything known is computed.
   * @throws Failed if it can't be read.
   */
  operand(operand: Operand, environment: Environment): Operand {
    return bindOperand(operand, environment, this)
  }

  /** Counts parts of the bound condition. @throws QueryError for too many. */
  count(parts: number): void {
    this.budget.spend(parts)
    this.#size += parts
    assertSize(this.#size)
  }

  #bind(condition: Condition, environment: Environment): Condition {
    switch (condition.kind) {
      case 'true':
      case 'false':
      case 'failure':
        return condition
      case 'and': {
        const of: Condition[] = []
        for (const one of condition.of) {
          const part = this.bind(one, environment)
          of.push(part)
          if (part.kind === 'false' || part.kind === 'failure') break
        }
        const { origin } = condition
        return origin ? marked(conjunction(of), origin) : conjunction(of)
      }
      case 'or': {
        const of: Condition[] = []
        for (const { arms, joins } of joinedArms(condition)) {
          const together = arms.length > 1 ? this.#together(joins, environment) : undefined
          if (together) of.push(together)
          else if (this.#isProvenBy(arms, environment, of)) return TRUE
        }
        return disjunction(of)
      }
      case 'not':
        return not(this.bind(condition.of, environment))
      case 'test': {
        const of = bindOperand(condition.of, environment, this)
        if (of.kind !== 'value') return of === condition.of ? condition : { ...condition, of }
        if (typeof of.value === 'boolean') return of.value ? TRUE : FALSE
        return fail('type-error', 'A condition must be true or false.', condition.span)
      }
      case 'reads': {
        const of = bindOperand(condition.of, environment, this)
        return of.kind === 'value' ? TRUE : of === condition.of ? condition : { ...condition, of }
      }
      case 'compare':
        return this.#compare(condition, environment)
      case 'in':
        return this.#in(condition, environment)
      case 'some':
        return this.#some(condition, environment)
      case 'isa': {
        const of = bindOperand(condition.of, environment, this)
        if (of.kind !== 'value') return of === condition.of ? condition : { ...condition, of }
        return isKnownInstance(condition, of.value, this)
      }
      case 'text': {
        const of = bindOperand(condition.of, environment, this)
        const part = bindOperand(condition.part, environment, this)
        assertThere([of, part], condition.span)
        if (of.kind !== 'value' || part.kind !== 'value') return { ...condition, of, part }
        return testKnownText(condition, of.value, part.value, this)
      }
      case 'ref':
        return this.#ref(condition, environment)
      case 'opaque':
        return this.#opaque(condition, environment)
    }
  }

  /** Binds arms until one is true. Returns whether one is. */
  #isProvenBy(arms: readonly Condition[], environment: Environment, bound: Condition[]): boolean {
    return arms.some((arm) => {
      const part = this.bind(arm, environment)
      bound.push(part)
      return part.kind === 'true'
    })
  }

  #opaque(condition: Opaque, environment: Environment): Condition {
    const bindings = condition.goal.bindings.map(({ name, operand }) => ({
      name,
      operand: bindOperand(operand, environment, this),
    }))
    const opaque: Opaque = { ...condition, goal: { expression: condition.goal.expression, bindings } }
    const values = new Map<string, unknown>()
    for (const { name, operand } of bindings) {
      if (operand.kind !== 'value') return opaque
      values.set(name, operand.value)
    }
    return this.#prove(opaque, values)
  }

  #prove(opaque: Opaque, values: ReadonlyMap<string, unknown>): Condition {
    try {
      return decided(this.meaning.ask(opaque.goal.expression, values, this.missing), opaque.span)
    } catch (error) {
      if (!(error instanceof ArcturusError) || (endsEvaluation(error.code) && error.code !== 'async-value')) throw error
      // It is an error only if everything after it holds too: the machine has to see the whole.
      return error.code === 'unhandled-constraint' ? opaque : { kind: 'failure', error }
    }
  }

  #compare(condition: Compare, environment: Environment): Condition {
    const left = bindOperand(condition.left, environment, this)
    const right = bindOperand(condition.right, environment, this)
    if (left.kind === 'value' && right.kind === 'value') return compareKnown(condition, left.value, right.value, this)
    // A comparison of the resource alone is the same for every actor.
    if (left === condition.left && right === condition.right) return condition
    const { operator, span } = condition
    assertThere([left, right], span)
    if (operator === '=' || operator === '==' || operator === '!=') {
      assertIdentified(left, right, span, this)
      assertIdentified(right, left, span, this)
    }
    return { kind: 'compare', operator, left, right, span }
  }

  #in(condition: In, environment: Environment): Condition {
    const item = bindOperand(condition.item, environment, this)
    const list = withElements(bindOperand(condition.list, environment, this), this, condition.span)
    if (list.kind === 'value' && !Array.isArray(list.value))
      return fail('type-error', '`in` needs a list.', condition.span)
    if (item.kind !== 'value' || list.kind !== 'value') {
      assertThere([item], condition.span)
      assertIdentified(list, item, condition.span, this)
      assertIdentified(item, list, condition.span, this)
      return { ...condition, item, list }
    }
    return isAmongKnown(item.value, list.value as readonly unknown[], condition.span, this)
  }

  #some(condition: Some, environment: Environment): Condition {
    const from = withElements(bindOperand(condition.from, environment, this), this, condition.span)
    if (from.kind !== 'value') return { ...condition, from, where: this.bind(condition.where, environment) }
    if (!Array.isArray(from.value)) return fail('type-error', '`in` needs a list.', condition.span)
    const join = rowJoinOf(condition)
    const linked = join && bindJoins([join], from.value, environment, this)
    return linked ?? this.#oneByOne(condition, from.value, environment)
  }

  #oneByOne(condition: Some, rows: readonly unknown[], environment: Environment): Condition {
    const arms: Condition[] = []
    for (const value of rows) {
      const inner = within(environment, condition.each, value)
      const arm =
        value === undefined ? outcome(() => undefinedElement(condition.span)) : this.bind(condition.where, inner)
      if (arm.kind === 'true') return TRUE
      arms.push(arm)
    }
    return disjunction(arms)
  }

  /**
   * Binds quantifiers over the same rows in one pass. Returns undefined if they have to be bound
   * one by one.
   */
  #together(joins: readonly RowJoin[], environment: Environment): Condition | undefined {
    try {
      const from = bindOperand(joins[0]!.some.from, environment, this)
      if (from.kind !== 'value' || !Array.isArray(from.value)) return undefined
      return bindJoins(joins, from.value, environment, this)
    } catch (error) {
      if (error instanceof Failed) return undefined
      throw error
    }
  }

  /**
   * Binds a definition once per set of values. A recursive one whose arguments are all known goes
   * to the machine.
   */
  #ref(condition: Ref, environment: Environment): Condition {
    const { definition, span } = condition
    const args = bindOperands(condition.args, environment, this)
    if (definition.recursive && args.every((one) => one.kind === 'value')) {
      return this.#proveRule(definition, args, span, environment)
    }
    this.#definitions ??= new BoundDefinitions()
    return this.#definitions.refer(definition, args, span, (known) =>
      this.bind(
        definition.condition,
        (root) => known(root) ?? (root.kind === 'action' ? environment(root) : undefined),
      ),
    )
  }

  #proveRule(definition: Definition, args: readonly Operand[], span: Span, environment: Environment): Condition {
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
    return this.bind({ kind: 'opaque', goal: { expression, bindings }, reason, span }, () => undefined)
  }
}
