import type { Schema } from '../schema/schema.js'
import type { Condition, Definition, Operand, Ref, Root } from './condition.js'
import { and, or, TRUE } from './construct.js'
import { isSameOperand } from './factor.js'
import { Fallible } from './fallible.js'
import { isSame } from './gather.js'
import { settledBody } from './simplify.js'
import { substitute, substituteOperand } from './substitute.js'
import { conditionsIn } from './visit.js'

/**
 * Returns the body of a recursive definition with another one's body in it, if both follow the same relation. For
 * example, whoever is a viewer of a folder if an editor of it, or a viewer of its parent, and an editor if an editor
 * of its parent: whether an editor of any folder above was found is part of the search for viewers, so that one way
 * up is enough.
 *
 * Nothing changes if a part can be an error: the order of both searches decides whether it is reached.
 */
export function absorb(schema: Schema, definition: Definition): Condition {
  return new Absorption(schema).bodyOf(definition)
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
    const again = armsOf(body).find((arm) => callAtEnd(arm)?.definition === definition)
    if (!again || this.#open.has(definition) || this.#fallible.canFail(this.#schema, definition)) return body
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
    const parameters = new Map<Root, Operand>(other.parameters.map((parameter, at) => [parameter, arm.args[at]!]))
    const arms = armsOf(this.bodyOf(other)).map((one) => substitute(one, (root) => parameters.get(root)))
    const steps = arms.filter((one) => calls(one, other))
    return steps.length === 1 && isSameStep(steps[0]!, arm, again) ? arms.filter((one) => one !== steps[0]) : undefined
  }
}

/**
 * Returns whether a step of one search leads to what the step of another search leads to.
 * @param call - The call of the first search, beside the step of the other one.
 */
function isSameStep(step: Condition, call: Ref, again: Condition): boolean {
  const [own, other] = [callAtEnd(step), callAtEnd(again)]
  if (own?.definition !== call.definition || !other || !isSame(guardOf(step), guardOf(again))) return false
  const next = new Map<Root, Operand>(other.definition.parameters.map((parameter, at) => [parameter, other.args[at]!]))
  return call.args.every((arg, at) =>
    isSameOperand(
      substituteOperand(arg, (root) => next.get(root)),
      own.args[at]!,
    ),
  )
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
