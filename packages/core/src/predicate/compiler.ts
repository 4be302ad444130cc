import type { Condition, Definition, Operand, Or, Path, Ref, Some } from '../condition/condition.js'
import { and, or, TRUE } from '../condition/construct.js'
import { partsOf } from '../condition/cost.js'
import { canFail, Fallible, presentUnlessError, presentWhen } from '../condition/fallible.js'
import { noNil } from '../condition/rewrite/facts.js'
import { forDefinition } from '../condition/rewrite/passes.js'
import { type TextTest, textsOf } from '../condition/texts.js'
import { isPresent } from '../condition/type.js'
import type { Schema } from '../schema/schema.js'
import type { Decision } from '../values/semantics.js'
import { Budget } from './budget.js'
import type { Meaning } from './meaning.js'

/**
 * A compiled condition. Returns true or false; in any other case it returns undefined or throws
 * `bail`, and the machine takes over.
 */
export interface Predicate {
  (actor: unknown, action: unknown, resource: unknown): Decision
  readonly many?: DecideMany
}

/**
 * Decides consecutive resources of one class, beginning at `from`.
 * @returns The index at which it stopped: behind a resource whose evaluation met errors, which are recorded; at a
 * resource of another class, or at one for the machine.
 */
export type DecideMany = (
  actor: unknown,
  action: unknown,
  resources: readonly unknown[],
  from: number,
  answers: (boolean | undefined)[],
) => number

/** Compiles a condition to a function. */
export type CompilePredicate = (condition: Condition, meaning: Meaning) => Predicate

/** Like `Predicate`, but yields the values that have to be awaited. */
export type WaitingPredicate = (
  actor: unknown,
  action: unknown,
  resource: unknown,
  arrive: Arrive,
) => Generator<unknown, Decision>

/**
 * Returns the value to await in place of a promise or a missing attribute. Bails out if there is
 * none.
 */
export type Arrive = (value: unknown, object: unknown, name: string) => unknown

/** Decides the checks of known classes and actions; undefined for any other. */
export type Dispatch = (actor: unknown, action: unknown, resource: unknown) => boolean | undefined

/** Predicates by the class of the actor, the class of the resource, and the action. */
export type PredicatesOfClasses = readonly (readonly [
  actor: unknown,
  resource: unknown,
  predicates: readonly (readonly [action: string, predicate: Predicate])[],
])[]

/** A back end: compiles conditions to functions. */
export interface BackEnd {
  readonly compile: CompilePredicate
  /** Returns one function for many predicates, which finds them faster than a table. */
  readonly dispatch?: (predicates: PredicatesOfClasses) => Dispatch | undefined
  /**
   * Compiles a condition to a function that waits. Returns undefined if it can't; omitted by back
   * ends without such functions.
   */
  readonly compileWaiting?: (condition: Condition, meaning: Meaning) => WaitingPredicate | undefined
}

/** Returns a function that makes the budget of an evaluation. */
export function budgetFor(condition: Condition, { limits }: Meaning): () => Budget {
  return Budget.of(limits, partsOf(condition))
}

/** One round of a definition whose recursive call is a tail call. */
export interface Round<Code> {
  /** If true, the result is true. */
  readonly found: Code
  /** If false or undecided, this round ends the search; otherwise there is another round. */
  readonly guard: Code
  /** The paths that are not nil then. */
  readonly present: readonly Path[]
  /** The arguments of the next round. */
  readonly args: readonly Operand[]
}

/** A condition without others in it. */
export type Leaf =
  | Exclude<Condition, { kind: 'and' | 'or' | 'not' | 'some' | 'ref' | 'failure' }>
  | { readonly kind: 'failure' }

/**
 * The part shared by all back ends. It decides which parts of a condition can be undecided, and
 * which become one test.
 */
export abstract class Compiler<Code> {
  readonly schema: Schema
  /** Whether an evaluation counts its steps. */
  readonly counts: boolean
  readonly #fallible = new Fallible()

  constructor(schema: Schema, counts: boolean) {
    this.schema = schema
    this.counts = counts
  }

  /** @param present - As for `compile`; also in the other methods. */
  protected abstract leaf(condition: Leaf, present: readonly Path[]): Code
  /** Bails out where code would be undecided. */
  protected abstract decided(code: Code): Code
  protected abstract not(of: Code): Code
  protected abstract all(tests: readonly Code[]): Code
  protected abstract or(arms: readonly Code[]): Code
  /** Compares one operand with several texts. */
  protected abstract texts(tests: readonly TextTest[], present: readonly Path[]): Code
  /**
   * @param compile - Compiles the condition on an element.
   * @param skipsNil - Whether that condition is an error if the element is nil, so that it need not be evaluated.
   */
  protected abstract loop(condition: Some, present: readonly Path[], compile: () => Code, skipsNil: boolean): Code
  protected abstract ref(condition: Ref, present: readonly Path[]): Code

  /** @param present - Paths that are not nil if the condition is evaluated. Default: none. */
  compile(condition: Condition, present: readonly Path[] = []): Code {
    switch (condition.kind) {
      case 'and': {
        let here = present
        return this.all(
          condition.of.map((one) => {
            const code = this.compile(one, here)
            here = [...here, ...presentWhen(this.schema, one)]
            return code
          }),
        )
      }
      case 'or':
        return this.#alternatives(condition, present)
      case 'not':
        return this.not(this.compile(condition.of, present))
      case 'some':
        return this.#settled(condition, present, this.#loop(condition, present))
      case 'ref':
        return this.#settled(condition, present, this.ref(condition, present))
      default: {
        const path = condition.kind === 'compare' ? noNil(condition) : undefined
        const isSettled = path !== undefined && isPresent(present, path, path.steps.length)
        return isSettled ? this.leaf(TRUE, present) : this.#settled(condition, present, this.leaf(condition, present))
      }
    }
  }

  /** Returns the condition of a definition. */
  protected bodyOf(definition: Definition): Condition {
    return forDefinition(this.schema, definition)
  }

  /** Returns one round of a definition that is a loop; undefined for any other definition. */
  protected round(definition: Definition): Round<Code> | undefined {
    const condition = this.bodyOf(definition)
    if (condition.kind !== 'or') return undefined
    const last = condition.of.at(-1)!
    const goals = last.kind === 'and' ? last.of : [last]
    const again = goals.at(-1)!
    if (again.kind !== 'ref' || again.definition !== definition) return undefined
    const guard = and(...goals.slice(0, -1))
    return {
      found: this.compile(or(...condition.of.slice(0, -1))),
      guard: this.compile(guard),
      present: presentWhen(this.schema, guard),
      args: again.args,
    }
  }

  #loop(condition: Some, present: readonly Path[]): Code {
    const element: Path = { kind: 'path', root: condition.each, steps: [] }
    const isRead = isPresent(presentUnlessError(condition.where), element, 0)
    const skipsNil = condition.each.type.nullable && isRead
    const here = skipsNil ? [...present, element] : present
    return this.loop(condition, present, () => this.compile(condition.where, here), skipsNil)
  }

  /** Compiles alternatives. Neighbors that compare one operand with texts become one test. */
  #alternatives({ of }: Or, present: readonly Path[]): Code {
    const arms: Code[] = []
    for (let at = 0; at < of.length; ) {
      const texts = textsOf(of, at)
      const isChoice = texts.length > 1
      arms.push(
        isChoice ? this.#settled(texts[0]!, present, this.texts(texts, present)) : this.compile(of[at]!, present),
      )
      at += isChoice ? texts.length : 1
    }
    return arms.length === 1 ? arms[0]! : this.or(arms)
  }

  /**
   * Returns the code of a condition that is not made of others. If the condition cannot fail, some rewrite may have
   * moved it: then it must not be undecided.
   */
  #settled(condition: Condition, present: readonly Path[], code: Code): Code {
    return canFail(this.schema, condition, this.#fallible, present) ? code : this.decided(code)
  }
}

/**
 * Returns whether an operand is a text, a number, a boolean or nil: equal only to itself, apart
 * from objects.
 */
export function isLiteral(operand: Operand): operand is Extract<Operand, { kind: 'value' }> {
  return operand.kind === 'value' && isPlainLiteral(operand.value)
}

/** Returns whether a value is a text, a number, a boolean or nil. */
export function isPlainLiteral(value: unknown): value is string | number | boolean | null {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && !Number.isNaN(value))
  )
}
