import type { Condition, Definition, In, Operand, Ref, Some, Variable } from '../condition/condition.js'
import { and, or } from '../condition/construct.js'
import { partsOf } from '../condition/cost.js'
import { isSameOperand } from '../condition/factor.js'
import { canFail } from '../condition/fallible.js'
import { settledBody } from '../condition/simplify.js'
import { unknownType } from '../condition/type.js'
import type { Schema } from '../schema/schema.js'
import { Budget } from './budget.js'
import type { Meaning } from './meaning.js'

/** A condition as a function: true or false; anything else bails out to the machine (`bail` is thrown). */
export interface Predicate {
  (actor: unknown, action: unknown, resource: unknown): boolean
  readonly many?: DecideMany
}

/**
 * The answers for neighbours of one class, from one of them on.
 * @returns where it ended: at another class, or at what is for the machine.
 */
export type DecideMany = (
  actor: unknown,
  action: unknown,
  resources: readonly unknown[],
  from: number,
  answers: (boolean | undefined)[],
) => number

/** Makes a function of a condition. */
export type CompilePredicate = (condition: Condition, meaning: Meaning) => Predicate

/** As `Predicate`, where what is read may have to be waited for. */
export type WaitingPredicate = (actor: unknown, action: unknown, resource: unknown, arrive: Arrive) => Promise<boolean>

/** What is to be awaited in the place of a promise, or of an attribute that is missing; it bails out where nothing is. */
export type Arrive = (value: unknown, object: unknown, name: string) => unknown

/** What makes functions of conditions. */
export interface BackEnd {
  readonly compile: CompilePredicate
  /** Makes a function that waits; it gives undefined where it can't, and is undefined where there are none. */
  readonly compileWaiting?: (condition: Condition, meaning: Meaning) => WaitingPredicate | undefined
}

/** What begins the account of an evaluation. */
export function budgetFor(condition: Condition, { limits }: Meaning): () => Budget {
  return Budget.of(limits, partsOf(condition))
}

/** What a back end has made of a condition. */
export interface Compiled<Code> {
  readonly test: Code
  /**
   * Meets every solution, not just the first, and bails out where one is an error. The machine tries the next solution of a
   * goal when a later goal fails, so an error in it counts then. Undefined where that can't happen.
   */
  readonly exhaust: Code | undefined
}

/** One round of a definition that asks itself at its very end, for other arguments. */
export interface Round<Code> {
  /** What ends it with true. */
  readonly found: Code
  /** What has to hold for a further round; else it ends with false. */
  readonly guard: Code
  /** The arguments of the next round. */
  readonly args: readonly Operand[]
}

/** A condition without others in it. */
export type Leaf =
  | Exclude<Condition, { kind: 'and' | 'or' | 'not' | 'some' | 'ref' | 'failure' }>
  | { readonly kind: 'failure' }

/** What is the same for all back ends: in which order things are asked, what is one loop, and what is looked at for errors. */
export abstract class Compiler<Code> {
  readonly schema: Schema
  /** Whether an evaluation counts what it does. */
  readonly counts: boolean

  constructor(schema: Schema, counts: boolean) {
    this.schema = schema
    this.counts = counts
  }

  protected abstract leaf(condition: Leaf): Code
  protected abstract not(of: Code): Code
  /** Both, from left to right; where the second is false, all solutions of the first are looked at. */
  protected abstract and(first: Code, second: Code, exhaust: Code | undefined): Code
  /** Where the test is true, all solutions of its parts are looked at. */
  protected abstract andAll(test: Code, parts: readonly Code[]): Code
  protected abstract or(arms: readonly Code[]): Code
  /** Every arm, whatever is found on the way. */
  protected abstract orAll(arms: readonly Code[]): Code
  /**
   * Several quantifiers over one collection, one after the other, in one pass.
   * @param canFail - Whether an element can be an error: then what an earlier arm would still have met counts.
   */
  protected abstract loop(arms: readonly Some[], canFail: boolean): Compiled<Code>
  protected abstract ref(condition: Ref): Compiled<Code>

  compile(condition: Condition): Compiled<Code> {
    switch (condition.kind) {
      case 'and':
        return this.#conjunction(condition.of.map((one) => this.compile(one)))
      case 'or':
        return this.#disjunction(
          runsOf(condition.of).map((run) => this.#run(run)),
          condition.of.some((one) => canFail(this.schema, one)),
        )
      case 'not':
        return once(this.not(this.compile(condition.of).test))
      case 'some':
      case 'in':
        return this.#run([condition])
      case 'ref':
        return this.ref(condition)
      case 'opaque':
        // The machine was asked for one solution; where more matter, it answers the whole question.
        return { test: this.leaf(condition), exhaust: this.leaf({ kind: 'failure' }) }
      default:
        return once(this.leaf(condition))
    }
  }

  /** What a definition stands for. */
  protected bodyOf(definition: Definition): Condition {
    return definition.recursive ? settledBody(this.schema, definition) : definition.condition
  }

  /** One round of a definition that is a loop; undefined for another one. */
  protected round(definition: Definition): Round<Code> | undefined {
    const condition = this.bodyOf(definition)
    if (condition.kind !== 'or') return undefined
    const last = condition.of.at(-1)!
    const goals = last.kind === 'and' ? last.of : [last]
    const again = goals.at(-1)!
    if (again.kind !== 'ref' || again.definition !== definition) return undefined
    const guard = this.compile(and(...goals.slice(0, -1)))
    if (guard.exhaust) return undefined
    return { found: this.compile(or(...condition.of.slice(0, -1))).test, guard: guard.test, args: again.args }
  }

  /** Neighbouring arms that range over one collection are one loop. */
  #run(run: readonly Condition[]): Compiled<Code> {
    const [first] = run
    if (first?.kind === 'some') {
      const arms = run as readonly Some[]
      return this.loop(
        arms,
        arms.some((arm) => canFail(this.schema, arm.where)),
      )
    }
    if (first?.kind !== 'in') return this.compile(first!)
    if (!isLiteral(first.item)) return once(this.leaf(first))
    // Nobody knows what the elements are: any of them may be a promise, or missing.
    const { test } = this.loop((run as readonly In[]).map(quantified), true)
    return once(test)
  }

  /** From left to right; when one fails, the further solutions of those before it are looked at for errors. */
  #conjunction(parts: readonly Compiled<Code>[]): Compiled<Code> {
    const test = parts.reduceRight<Code | undefined>(
      (rest, own) => (rest === undefined ? own.test : this.and(own.test, rest, own.exhaust)),
      undefined,
    )!
    const exhausts = parts.flatMap((part) => (part.exhaust === undefined ? [] : [part.exhaust]))
    return exhausts.length === 0 ? once(test) : { test, exhaust: this.andAll(test, exhausts) }
  }

  #disjunction(parts: readonly Compiled<Code>[], canFail: boolean): Compiled<Code> {
    if (parts.length === 1) return parts[0]!
    const test = this.or(parts.map((part) => part.test))
    return canFail ? { test, exhaust: this.orAll(parts.map((part) => part.exhaust ?? part.test)) } : once(test)
  }
}

function once<Code>(test: Code): Compiled<Code> {
  return { test, exhaust: undefined }
}

/** Arms one by one, those that range over one collection and stand side by side together. */
function runsOf(arms: readonly Condition[]): readonly (readonly Condition[])[] {
  const runs: Condition[][] = []
  for (const arm of arms) {
    const last = runs.at(-1)
    if (last && isSameLoop(last[0]!, arm)) last.push(arm)
    else runs.push([arm])
  }
  return runs
}

function isSameLoop(one: Condition, other: Condition): boolean {
  if (one.kind === 'some' && other.kind === 'some') return isSameOperand(one.from, other.from)
  if (one.kind !== 'in' || other.kind !== 'in' || !isLiteral(one.item) || !isLiteral(other.item)) return false
  return isSameOperand(one.list, other.list)
}

/** `literal in list` as a quantifier. */
function quantified({ item, list, span }: In): Some {
  const each: Variable = { kind: 'variable', name: 'element', model: undefined, type: unknownType }
  const element: Operand = { kind: 'path', root: each, steps: [] }
  return {
    kind: 'some',
    each,
    from: list,
    where: { kind: 'compare', operator: '=', left: element, right: item, span },
    span,
  }
}

/** A text, a number, a boolean or nil; equal to nothing but itself, objects aside. */
export function isLiteral(operand: Operand): operand is Extract<Operand, { kind: 'value' }> {
  return operand.kind === 'value' && isPlainLiteral(operand.value)
}

/** Whether a value is a text, a number, a boolean or nil. */
export function isPlainLiteral(value: unknown): value is string | number | boolean | null {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && !Number.isNaN(value))
  )
}
