import type { Schema } from '../schema/schema.js'
import type { Condition, Definition, Operand, Ref, Root } from './condition.js'
import { and, or, TRUE } from './construct.js'
import { isSameOperand, isSameTest } from './factor.js'
import { Fallible } from './fallible.js'
import { isSame } from './gather.js'
import { settledBody } from './simplify.js'
import { substitute, substituteOperand } from './substitute.js'
import { conditionsIn } from './visit.js'

/**
 * Returns the body of a recursive definition with another one's body in it, if both follow the same relation. For
 * example, an editor of a folder is a viewer of it, and folders inherit both roles from their parents. The search for
 * viewers then also finds editors, so that it visits each parent once.
 *
 * If a part can be an error, the result is that of the original order, or the evaluation ends with an error, which
 * predicates leave to the query machine.
 */
export function absorb(schema: Schema, definition: Definition): Condition {
  let body = bodies.get(definition)
  if (!body) {
    body = new Absorption(schema).bodyOf(definition)
    bodies.set(definition, body)
  }
  return body
}

/** Bodies by definition, which belongs to one schema. All predicates of a policy share the new definitions in them. */
const bodies = new WeakMap<Definition, Condition>()

/** The alternatives of a search along a relation. */
interface Search {
  readonly definition: Definition
  /** The alternatives before the call of another search. Without such a call, all but the step. */
  readonly before: readonly Condition[]
  /** Another search along the same relation, and the call of it. */
  readonly other: { readonly call: Ref; readonly search: Search } | undefined
  readonly after: readonly Condition[]
  /** The last alternative, which leads to the next row. */
  readonly step: Condition
}

class Absorption {
  readonly #schema: Schema
  readonly #fallible = new Fallible()
  /** The definitions whose bodies are being examined. */
  readonly #open = new Set<Definition>()

  constructor(schema: Schema) {
    this.#schema = schema
  }

  bodyOf(definition: Definition): Condition {
    const body = settledBody(this.#schema, definition)
    if (this.#fallible.canFail(this.#schema, definition)) {
      const search = this.#searchOf(definition)
      return search?.other ? inOrder(search) : body
    }
    const again = armsOf(body).find((arm) => callAtEnd(arm)?.definition === definition)
    if (!again || this.#open.has(definition)) return body
    this.#open.add(definition)
    const arms = armsOf(body).flatMap((arm) => (arm === again ? undefined : this.#absorbed(arm, again)) ?? [arm])
    this.#open.delete(definition)
    return or(...arms)
  }

  /**
   * Returns the alternatives of an arm that calls another recursive definition, without its recursive one.
   * @param again - The recursive arm beside it. It must lead to the same calls.
   */
  #absorbed(arm: Condition, again: Condition): readonly Condition[] | undefined {
    if (arm.kind !== 'ref' || !arm.definition.recursive) return undefined
    const other = arm.definition
    const arms = armsOf(this.bodyOf(other)).map((one) => called(one, arm))
    const steps = arms.filter((one) => calls(one, other))
    return steps.length === 1 && isSameStep(steps[0]!, arm, again) ? arms.filter((one) => one !== steps[0]) : undefined
  }

  /** Returns the search of a definition whose last alternative is its step; undefined for any other. */
  #searchOf(definition: Definition): Search | undefined {
    const all = armsOf(settledBody(this.#schema, definition))
    const [arms, step] = [all.slice(0, -1), all.at(-1)!]
    if (callAtEnd(step)?.definition !== definition || arms.some((arm) => calls(arm, definition))) return undefined
    const found = this.#otherIn(arms, step)
    if (!found) return { definition, before: arms, other: undefined, after: [], step }
    const { at, call, search } = found
    return { definition, before: arms.slice(0, at), other: { call, search }, after: arms.slice(at + 1), step }
  }

  #otherIn(arms: readonly Condition[], step: Condition): { at: number; call: Ref; search: Search } | undefined {
    for (const [at, call] of arms.entries()) {
      const search = call.kind === 'ref' && call.definition.recursive ? this.#searchOf(call.definition) : undefined
      if (search && isSameStep(called(search.step, call as Ref), call as Ref, step))
        return { at, call: call as Ref, search }
    }
    return undefined
  }
}

/**
 * Returns the body of a search with the alternatives of another one in it. The original order looks for the other
 * one at all rows before its own next row. So where a row above fits by an own alternative, the other search is
 * repeated from there, for its errors.
 */
function inOrder(search: Search): Condition {
  const { definition, step } = search
  const above: { -readonly [Key in keyof Definition]: Definition[Key] } = { ...definition }
  const next = and(guardOf(step), { ...callAtEnd(step)!, definition: above })
  above.condition = or(...aboveFirst(search), next)
  bodies.set(above, above.condition)
  return or(...atFirst(search), next)
}

/** Returns the alternatives at the first row. */
function atFirst({ before, other, after }: Search): readonly Condition[] {
  if (!other) return before
  const others = atFirst(other.search).map((one) => called(one, other.call))
  return [...before, ...others, ...withErrorsOf(other.call, after)]
}

/** Returns the alternatives at rows above the first one. */
function aboveFirst({ before, other, after }: Search): readonly Condition[] {
  if (!other) return before
  const others = aboveFirst(other.search).map((one) => called(one, other.call))
  return [...others, ...withErrorsOf(other.call, [...before, ...after])]
}

/** Returns alternatives that are true only after a search has ended without an error, whatever it found. */
function withErrorsOf(search: Ref, own: readonly Condition[]): readonly Condition[] {
  return own.length === 0 ? [] : [and(or(...own), or(search, TRUE))]
}

/** Returns an alternative of a definition with the arguments of a call. */
function called(arm: Condition, { definition, args }: Ref): Condition {
  const values = new Map<Root, Operand>(definition.parameters.map((parameter, at) => [parameter, args[at]!]))
  return substitute(arm, (root) => values.get(root))
}

/**
 * Returns whether the steps of two searches lead to the same row.
 * @param call - The call of the first search, beside the step of the other one.
 */
function isSameStep(step: Condition, call: Ref, again: Condition): boolean {
  const [own, other] = [callAtEnd(step), callAtEnd(again)]
  if (own?.definition !== call.definition || !other || !isSameGuard(guardOf(step), guardOf(again))) return false
  const next = new Map<Root, Operand>(other.definition.parameters.map((parameter, at) => [parameter, other.args[at]!]))
  return call.args.every((arg, at) =>
    isSameOperand(
      substituteOperand(arg, (root) => next.get(root)),
      own.args[at]!,
    ),
  )
}

/** Returns whether two guards test the same: also what only earlier tests in them make possible. */
function isSameGuard(one: Condition, other: Condition): boolean {
  const [goals, others] = [one, other].map((guard) => (guard.kind === 'and' ? guard.of : [guard]))
  if (goals!.length !== others!.length) return false
  return goals!.every((goal, at) => isSame(goal, others![at]!) || isSameTest(goal, others![at]!))
}

function armsOf(condition: Condition): readonly Condition[] {
  return condition.kind === 'or' ? condition.of : [condition]
}

function calls(condition: Condition, definition: Definition): boolean {
  for (const one of conditionsIn(condition)) if (one.kind === 'ref' && one.definition === definition) return true
  return false
}

/** Returns the last goal of a conjunction, if it is a call. */
function callAtEnd(condition: Condition): Ref | undefined {
  const last = condition.kind === 'and' ? condition.of.at(-1)! : condition
  return last.kind === 'ref' ? last : undefined
}

/** Returns the goals before the last one. */
function guardOf(condition: Condition): Condition {
  return condition.kind === 'and' ? and(...condition.of.slice(0, -1)) : TRUE
}
