import type { In } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import { has } from '../../own.js'
import type { Schema } from '../../schema/schema.js'
import type { Condition, Operand } from '../condition.js'
import { and, FALSE, or } from '../construct.js'
import { elementType, family, operandType, unknownType } from '../type.js'
import type { Evaluator } from './evaluate.js'
import { onward } from './onward.js'
import { BeyondConditions, type Next, type Scope, type Substitution, type Symbolic, type Waiting } from './terms.js'
import type { Unifier } from './unify.js'

/** Returns a continuation that alternatives which may bind `terms` share. */
export type Share = (terms: readonly Symbolic[], bound: Substitution, span: Span, next: Next) => Next

/** Derives memberships, such as `role in user.roles`. */
export class Membership {
  constructor(
    private readonly schema: Schema,
    private readonly evaluator: Evaluator,
    private readonly unifier: Unifier,
    private readonly share: Share,
  ) {}

  /** Derives a membership, followed by the continuation. */
  derive(goal: In, scope: Scope, bound: Substitution, next: Next): Condition {
    const element = this.evaluator.term(goal.item, scope, bound)
    if (!has(element, 'term')) return and(...element)
    const list = this.evaluator.term(goal.collection, scope, element.bound)
    // The element is read before the list is searched, even if the list is empty.
    const reads = this.unifier.reads(element.term, element.bound, goal.span)
    if (!has(list, 'term')) return and(...reads, ...list)
    return and(...reads, this.#member(goal, element.term, list.term, list.bound, next))
  }

  #member(goal: In, element: Symbolic, list: Symbolic, bound: Substitution, next: Next): Condition {
    const { item, collection, span } = goal
    const from = bound.resolve(list)
    const known = bound.resolve(element)
    if (from.kind === 'unknown') {
      const linked = known.kind === 'unknown' ? bound.link(known.unknown) : bound
      const resume: Waiting['resume'] = (after, then) => this.#member(goal, element, list, after, then)
      return next(linked.wait({ on: [from.unknown], at: goal, resume }))
    }
    if (from.kind === 'list') {
      if (from.rest) throw new BeyondConditions('open-list', 'the rest of the list is unknown', collection)
      const reads = this.unifier.reads(from, bound, span)
      const arms = from.elements.map((one) => this.unifier.unify(element, one, bound, span))
      if (arms.every((arm) => !arm || arm.bound === bound)) {
        const found = or(...arms.map((arm) => (arm ? and(...arm.conditions) : FALSE)))
        return and(...reads, found, found.kind === 'false' ? FALSE : next(bound))
      }
      const rest = this.share([element, ...from.elements], bound, span, next)
      return and(...reads, or(...arms.map((arm) => onward(arm, rest))))
    }
    if (from.kind !== 'operand') throw new BeyondConditions('unbound-value', 'the list of `in` is unknown', collection)
    const operand = from.operand
    const type = operandType(this.schema, operand)
    // A bound element is compared with the characters of a text.
    const isText = known.kind === 'operand' && type.scalar === 'string'
    if (type.model === 'Dictionary' && !type.list) return this.#pair(goal, element, operand, bound, next)
    if (!type.list && family(type) !== undefined && !isText)
      throw new BeyondConditions('no-list', '`in` needs a list', collection)
    if (known.kind === 'operand' && type.model === undefined)
      return and({ kind: 'in', item: known.operand, list: operand, span }, next(bound))
    const of = type.list ? elementType(type) : { ...type, model: undefined, scalar: undefined, nullable: true }
    const name = item.kind === 'variable' ? item.name : 'element'
    const each = { kind: 'variable', name, model: of.model, type: of } as const
    const row: Symbolic = { kind: 'operand', operand: { kind: 'path', root: each, steps: [] } }
    const unified = this.unifier.unify(element, row, bound, span)
    if (!unified) return and(...this.unifier.reads(from, bound, span), FALSE)
    if (known.kind === 'operand')
      return and({ kind: 'some', each, from: operand, where: and(...unified.conditions), span }, next(bound))
    return { kind: 'some', each, from: operand, where: onward(unified, next), span }
  }

  /** Derives membership in a dictionary, whose elements are pairs of key and value. */
  #pair(goal: In, element: Symbolic, from: Operand, bound: Substitution, next: Next): Condition {
    const { span } = goal
    const each = { kind: 'variable', name: 'pair', model: undefined, type: unknownType } as const
    const pair: Operand = { kind: 'path', root: each, steps: [] }
    const elements = ['0', '1'].map((name): Symbolic => {
      return { kind: 'operand', operand: this.evaluator.read(pair, name, span, goal) }
    })
    const unified = this.unifier.unify(element, { kind: 'list', elements, rest: undefined }, bound, span)
    return { kind: 'some', each, from, where: onward(unified, next), span }
  }
}
