import type { ArcturusError, Asked, DecisionExplanation } from '@arcturus/core/internal/explain'
import { describe, type ExplanationMissing } from './describe.js'
import type { MissingSearch } from './missing.js'
import type { Part } from './part.js'
import { shortOfDenial } from './short.js'
import { Shown, type ShowOptions } from './show.js'
import { type ExplanationJSON, formatExplanation, type QuestionJSON } from './text.js'
import { type ExplanationNode, placeOf, TreeWriter } from './tree.js'

/** Returns the call of the policy that answers a question. */
export function callOf({ actor, action, resource, field }: Asked): {
  readonly rule: string
  readonly args: readonly unknown[]
} {
  if (action === undefined) return { rule: 'allow_request', args: [actor, resource] }
  if (field === undefined) return { rule: 'allow', args: [actor, action, resource] }
  return { rule: 'allow_field', args: [actor, action, resource, field] }
}

/** The decision, and the evaluation of the condition that led to it. */
export interface Evaluated {
  readonly decision: 'allowed' | 'denied' | 'error'
  readonly error: ArcturusError | undefined
  /** Undefined if only the machine can answer the question as a whole. */
  readonly root: Part | undefined
  readonly search: MissingSearch | undefined
}

/**
 * Why an actor may or may not perform an action on a resource. It is written on demand, from the
 * data as it was when the explanation was made.
 */
export class Explanation implements DecisionExplanation {
  /** Whether the action is allowed: the answer of `can`. False if the check is an error. */
  readonly allowed: boolean
  readonly decision: 'allowed' | 'denied' | 'error'
  /** The error of the check; for a denial that loaded relations, that of one that the explanation lacks. */
  readonly error: ArcturusError | undefined
  readonly #asked: Asked
  readonly #evaluated: Evaluated
  readonly #options: ShowOptions
  readonly #shown: Shown
  #tree: ExplanationNode | undefined
  #missing: ExplanationMissing | undefined

  /** @param shown - Writes values. */
  constructor(
    asked: Asked,
    evaluated: Evaluated,
    options: ShowOptions,
    schema: ConstructorParameters<typeof Shown>[0],
    /** The version of the policy: `authorizer.policyVersion` when it was made. */
    readonly policyVersion: string | undefined,
  ) {
    this.decision = evaluated.decision
    this.allowed = evaluated.decision === 'allowed'
    this.error = evaluated.error
    this.#asked = asked
    this.#evaluated = evaluated
    this.#options = options
    this.#shown = new Shown(schema, options)
    this.#schema = schema
  }
  readonly #schema: ConstructorParameters<typeof Shown>[0]

  /** Returns the same explanation with other options, for example with values. */
  with(options: ShowOptions): Explanation {
    return new Explanation(
      this.#asked,
      this.#evaluated,
      { ...this.#options, ...options },
      this.#schema,
      this.policyVersion,
    )
  }

  /**
   * The actor, the action and the resource in words, and the field if the question is about one. A
   * request has no action.
   */
  get subject(): QuestionJSON {
    const { actor, action, resource, field } = this.#asked
    return {
      actor: this.#shown.actor(actor),
      ...(action === undefined ? { resource: 'the request' } : { action, resource: this.#shown.value(resource) }),
      ...(field === undefined ? {} : { field }),
    }
  }

  /**
   * The proof if the action is allowed. Otherwise each way in which it could have been, up to the
   * first test that failed.
   */
  get tree(): ExplanationNode {
    this.#tree ??= this.#write()
    return this.#tree
  }

  /**
   * The least sets of changes of the data that would allow the action, smallest first. Empty unless
   * the action is denied.
   */
  get missing(): ExplanationMissing {
    this.#missing ??= this.#findMissing()
    return this.#missing
  }

  /**
   * The decision on one line for people. For a denial, the roles that would allow the action, such as `needs maintainer
   * of little-bear, or to be its creator`, or the smallest changes of the data if no role would. Otherwise `allowed`, or
   * the code of the error. The option `label` names the rows.
   */
  get short(): string {
    const { root, decision, error } = this.#evaluated
    if (decision === 'allowed') return 'allowed'
    if (decision === 'error' || error) return `an error: ${error?.code ?? 'unknown'}`
    root?.world.restart()
    return shortOfDenial(root, this.#asked.resource, this.missing, this.#shown)
  }

  #write(): ExplanationNode {
    const { root, search, decision, error } = this.#evaluated
    const { actor, action, resource, field } = this.subject
    const { rule } = callOf(this.#asked)
    const words = [action, field].map((word) => (word === undefined ? undefined : JSON.stringify(word)))
    const args = [this.#asked.actor === null ? 'nil' : actor, words[0], resource, words[1]]
    const text = `${rule}(${args.filter((one) => one !== undefined).join(', ')})`
    const outcome = decision === 'allowed' ? 'true' : decision === 'denied' ? 'false' : 'error'
    if (!root) {
      const of: readonly ExplanationNode[] = error
        ? [{ kind: 'condition', outcome: 'error', text: this.#shown.error(error), of: [] }]
        : []
      return { kind: 'machine', outcome, text, of }
    }
    root.world.restart()
    const writer = new TreeWriter(this.#shown, (part) => search?.distance(part) ?? 0)
    return { kind: 'call', outcome, text, of: writer.write(root) }
  }

  #findMissing(): ExplanationMissing {
    const { root, search, decision } = this.#evaluated
    if (decision !== 'denied') return { sets: [], complete: true }
    if (!root || !search) return { sets: [], complete: false }
    return describe(search.find(), this.#shown, [this.#asked.actor, this.#asked.resource])
  }

  /** Returns the explanation in its stable form. */
  toJSON(): ExplanationJSON {
    const { allowed, decision, tree, missing, error, policyVersion } = this
    const failure = error && {
      error: {
        code: error.code,
        message: this.#shown.error(error),
        ...(error.span ? { place: placeOf(error.span) } : {}),
      },
    }
    return { version: 1, decision, allowed, policyVersion, ...this.subject, tree, missing, ...failure }
  }

  /** Returns the explanation as text of several lines. */
  toString(): string {
    return formatExplanation(this.toJSON())
  }
}
