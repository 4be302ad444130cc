import type { Condition, Definition, Operand, Ref, Root } from '../condition.js'
import { and, or, TRUE } from '../construct.js'
import { isSame, isSameOperand, isSameTest } from '../same.js'
import { substitute, substituteOperand } from '../substitute.js'
import { alternativesOf, conditionsIn, goalsOf } from '../visit.js'

/**
 * Returns the body of a recursive definition with another one's body in it, if both follow the same relation. For
 * example, an editor of a folder is a viewer of it, and folders inherit both roles from their parents. The search for
 * viewers then also finds editors, so that it visits each parent once: both meet the same parents, and so the same errors.
 * @param bodyOf - Returns the body of a definition, with the same result for each call.
 */
export function absorb(definition: Definition, bodyOf: BodyOf): Condition {
  let body = bodies.get(definition)
  if (!body) {
    body = new Absorption(bodyOf).bodyOf(definition)
    bodies.set(definition, body)
  }
  return body
}

/** Bodies by definition. */
const bodies = new WeakMap<Definition, Condition>()

type BodyOf = (definition: Definition) => Condition

class Absorption {
  readonly #bodyOf: BodyOf
  /** The definitions whose bodies are being examined. */
  readonly #open = new Set<Definition>()

  constructor(bodyOf: BodyOf) {
    this.#bodyOf = bodyOf
  }

  bodyOf(definition: Definition): Condition {
    const body = this.#bodyOf(definition)
    const again = alternativesOf(body).find((arm) => callAtEnd(arm)?.definition === definition)
    if (!again || this.#open.has(definition)) return body
    this.#open.add(definition)
    const arms = alternativesOf(body).flatMap(
      (arm) => (arm === again ? undefined : this.#absorbed(arm, again)) ?? [arm],
    )
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
    const arms = alternativesOf(this.bodyOf(other)).map((one) => called(one, arm))
    const steps = arms.filter((one) => calls(one, other))
    return steps.length === 1 && isSameStep(steps[0]!, arm, again) ? arms.filter((one) => one !== steps[0]) : undefined
  }
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
  const [goals, others] = [one, other].map(goalsOf)
  if (goals!.length !== others!.length) return false
  return goals!.every((goal, at) => isSame(goal, others![at]!) || isSameTest(goal, others![at]!))
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
