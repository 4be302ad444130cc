import { ArcturusError, type Filter } from '@arcturus/core'
import type { Condition, Operand } from '../../packages/core/src/condition/condition.js'
import { canFail, Fallible } from '../../packages/core/src/condition/fallible.js'
import { operandsIn, partsIn } from '../../packages/core/src/condition/visit.js'
import type { Schema } from '../../packages/core/src/schema/schema.js'
import { isDecimal } from '../../packages/core/src/values/numeric.js'
import { checkMeetingAllProofs } from './allProofs.js'
import {
  actorOf,
  asDefinite,
  check,
  explain,
  type FilterEvaluator,
  inMemory,
  isTrue,
  type Outcome,
  Prepared,
  refusal,
  showOutcome,
} from './evaluators.js'
import { mentionsExactNumbers } from './exactNumbers.js'
import { type Shuffle, shuffledGoals } from './goalOrders.js'
import { dependsOnOrder } from './order.js'
import { compareOrm } from './orm/compareOrm.js'
import type { Orms } from './orm/orms.js'
import { type OsoAnswer, OsoEvaluator, type OsoVariant } from './oso.js'
import { callsItself, type PolicyTree, printPolicy, withoutForall, withoutUnionFields } from './policyTree.js'
import { comparePromised } from './promised.js'
import { Random } from './random.js'
import type { Case } from './randomCase.js'
import { valuesFirst } from './valuesFirst.js'
import { descendantsOf, isSubclass, keyOf, missesValues } from './world.js'

/*
 * A map of this file. The machine's answer to each check is the expected one.
 *
 * - Checks: `#compareChecks` asks predicates and their back ends, `#compareModule` compiled modules, `#compareWhole` rows that are
 *   whole in place of parts of rows.
 * - Lists: `#compareFilters` and `#compareRows` compare filters in memory and definite filters with the checks of all rows.
 * - Order: `#compareOrder` gives variables their values first, `#compareShuffled` shuffles the goals; `#compareExtents` compares
 *   whether a filter selects all rows or none.
 * - Other runs: `runPromised` loads rows by promises, `runOrms` queries databases, `runOso` asks npm oso. `#explain` finds the listed
 *   difference to oso that explains another answer of oso.
 * - Below the class: the names of these differences, and the equality of answers.
 */

/** `predicate`, `source`, `filter`, `definite`, `oso`, `order` (the machine, variables having their values first), `shuffled` and `extent` (goals in another order), or an ORM and a database. */
export type Evaluator = string

export interface Disagreement {
  readonly evaluator: Evaluator
  readonly actor: number | null
  readonly action: string
  readonly row: number | undefined
  /** The machine's answer, and the other one's. */
  readonly machine: string
  readonly other: string
  readonly detail?: string
}

/** What was counted while a case was compared. */
export interface Comparison {
  readonly disagreements: readonly Disagreement[]
  readonly comparisons: ReadonlyMap<Evaluator, number>
  /** Of the checks, those that a predicate answered by itself, those it gave to the machine, and those that had none. */
  readonly predicates: { readonly answered: number; readonly bailedOut: number; readonly none: number }
  /** The machine's answers. */
  readonly outcomes: { readonly true: number; readonly false: number; readonly error: number }
  /** Filters, and those that were refused, by reason. */
  readonly filters: number
  readonly refusals: ReadonlyMap<string, number>
  /** Rows that a definite filter leaves out because the check is true in just some order of a collection. */
  readonly ordered: number
  /** The refusals of the ORMs, by name and reason; one that refused nothing has no reasons. */
  readonly orms: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** Disagreements with `oso` by the point of DESIGN §7 that covers them. */
  readonly deviations: ReadonlyMap<string, number>
  /** Whether some question had some rows, but not all. */
  readonly some: boolean
}

export interface CompareOptions {
  /** Whether just one kind of evaluator is compared with the machine, as for a mistake planted in it. Default: all are. */
  readonly just?: 'definite' | 'orms'
  readonly filter?: FilterEvaluator
  readonly definite?: FilterEvaluator
  /** How goals change their places; a planted mistake loses one. */
  readonly shuffle?: Shuffle
  /** What a filter says of its extent; a planted mistake looks at the order of the goals. */
  readonly extent?: (filter: Filter, isShuffled: boolean) => Filter['kind']
  /** How many checks are put to the npm package at most. */
  readonly oso?: number
  /** Asked the cases that have tables. */
  readonly orms?: Orms
}

/** Puts every question of a case to every evaluator. @throws PolicyError for a policy that can't be loaded. */
export async function compare(asked: Case, options: CompareOptions = {}): Promise<Comparison> {
  const comparing = new Comparing(asked, options)
  comparing.run()
  if (asked.world.habits?.promised && !options.just) await comparing.runPromised()
  if ((options.oso ?? 0) > 0) await comparing.runOso(options.oso!)
  if (options.orms) await comparing.runOrms(options.orms)
  return comparing.result()
}

/** A check and the machine's answer. */
export interface Answer {
  readonly actor: number | null
  readonly action: string
  readonly row: number
  readonly machine: Outcome
}

class Comparing {
  readonly #prepared: Prepared
  readonly #options: CompareOptions
  readonly #rows: readonly number[]
  readonly #disagreements: Disagreement[] = []
  readonly #comparisons = new Map<Evaluator, number>()
  readonly #predicates = { answered: 0, bailedOut: 0, none: 0 }
  readonly #outcomes = { true: 0, false: 0, error: 0 }
  readonly #refusals = new Map<string, number>()
  readonly #orms = new Map<string, ReadonlyMap<string, number>>()
  readonly #deviations = new Map<string, number>()
  readonly #answers: Answer[] = []
  readonly #isRecursive: boolean
  #filters = 0
  #ordered = 0
  #some = false

  constructor(asked: Case, options: CompareOptions) {
    this.#prepared = new Prepared(asked)
    this.#options = options
    this.#isRecursive = callsItself(asked.policy)
    const family = descendantsOf(asked.world, asked.model)
    this.#rows = asked.world.rows.flatMap((row, index) => (family.includes(row.model) ? [index] : []))
  }

  result(): Comparison {
    return {
      disagreements: this.#disagreements,
      comparisons: this.#comparisons,
      predicates: this.#predicates,
      outcomes: this.#outcomes,
      filters: this.#filters,
      refusals: this.#refusals,
      ordered: this.#ordered,
      orms: this.#orms,
      deviations: this.#deviations,
      some: this.#some,
    }
  }

  run(): void {
    const { asked } = this.#prepared
    const { just } = this.#options
    for (const actor of asked.actors) {
      for (const action of asked.actions) {
        const machine = this.#rows.map((row) =>
          just === undefined ? this.#compareChecks(actor, action, row) : this.#ask(actor, action, row),
        )
        const count = machine.filter(isTrue).length
        if (count > 0 && count < machine.length) this.#some = true
        if (just !== 'orms') this.#compareFilters(actor, action, machine)
      }
    }
    if (just !== undefined) return
    this.#compareOrder()
    this.#compareShuffled()
  }

  /** The goals of a conjunction say the same in any order, unless an error is met on the way. */
  #compareShuffled(): void {
    const { asked } = this.#prepared
    const policy = shuffledGoals(asked.policy, new Random(1), this.#options.shuffle)
    if (printPolicy(policy) === printPolicy(asked.policy)) return
    const shuffled = new Prepared({ ...asked, policy })
    /** The questions with an error for some row, in one of the orders. */
    const failing = new Set<string>()
    for (const { actor, action, row, machine } of this.#answers) {
      const other = check(shuffled.machine, actorOf(shuffled, actor), action, shuffled.objects.rows[row])
      this.#count(this.#comparisons, 'shuffled')
      if (typeof machine === 'object' || typeof other === 'object') failing.add(`${actor} ${action}`)
      else if (machine !== other) this.#disagree('shuffled', actor, action, row, machine, showOutcome(other))
    }
    for (const actor of asked.actors) {
      for (const action of asked.actions)
        if (!failing.has(`${actor} ${action}`)) this.#compareExtents(shuffled, actor, action)
    }
  }

  #compareExtents(shuffled: Prepared, actor: number | null, action: string): void {
    const filterOf = (prepared: Prepared): Filter | undefined => {
      try {
        return prepared.predicates.filter(actorOf(prepared, actor), action, prepared.asked.model)
      } catch (error) {
        if (!(error instanceof ArcturusError)) throw error
        return undefined
      }
    }
    const [one, other] = [filterOf(this.#prepared), filterOf(shuffled)]
    if (!one || !other || hasFailure(one.condition) || hasFailure(other.condition)) return
    const { extent = extentOf } = this.#options
    const { schema } = this.#prepared.predicates
    const [kind, otherKind] = [extent(one, false), extent(other, true)]
    this.#count(this.#comparisons, 'extent')
    // An error that no row here meets stands in between all the same: `x.y = 1 or true` is not `true` if `x` can be nil.
    // Comparing a decimal calls methods of the application, which can throw; an object of unknown class can be any row.
    const isUnsure = (value: unknown): boolean => isDecimal(value) || isUnknownObject(schema, value)
    const canBeError = ({ condition }: Filter): boolean =>
      canFail(schema, condition, new Fallible()) || hasValue(condition, isUnsure)
    // An error of the actor's own data that comes before a goal that is false is gone once the actor is bound.
    const isOpposite = (kind === 'all' && otherKind === 'none') || (kind === 'none' && otherKind === 'all')
    if (!isOpposite || canBeError(one) || canBeError(other)) return
    this.#disagreements.push({
      evaluator: 'extent',
      actor,
      action,
      row: undefined,
      machine: kind,
      other: otherKind,
      detail: `${one}\nshuffled ${other}`,
    })
  }

  /** What waits for the value of a variable is answered as it is with the value there. */
  #compareOrder(): void {
    const { asked } = this.#prepared
    const { policy } = valuesFirst(asked.policy)
    if (printPolicy(policy) === printPolicy(asked.policy)) return
    const ordered = new Prepared({ ...asked, policy })
    for (const { actor, action, row, machine } of this.#answers) {
      const other = check(ordered.machine, actorOf(ordered, actor), action, ordered.objects.rows[row])
      this.#count(this.#comparisons, 'order')
      // Which of several errors is met is a matter of order.
      if (typeof machine === 'object' || typeof other === 'object' || machine === other) continue
      this.#disagree('order', actor, action, row, machine, showOutcome(other))
    }
  }

  /** Asks the machine. */
  #ask(actor: number | null, action: string, row: number): Outcome {
    const { machine, objects } = this.#prepared
    const outcome = check(machine, actorOf(this.#prepared, actor), action, objects.rows[row])
    this.#outcomes[typeof outcome === 'string' ? outcome : 'error']++
    this.#answers.push({ actor, action, row, machine: outcome })
    return outcome
  }

  #compareChecks(actor: number | null, action: string, row: number): Outcome {
    const { predicates, source, objects } = this.#prepared
    const subject = actorOf(this.#prepared, actor)
    const expected = this.#ask(actor, action, row)
    this.#compareWhole(expected, actor, action, row)
    const before = { ...predicates.statistics }
    const sourceBefore = { ...source.statistics }
    const answer = check(predicates, subject, action, objects.rows[row])
    if (predicates.statistics.predicate > before.predicate) this.#predicates.answered++
    else if (predicates.statistics.bailOuts > before.bailOuts) this.#predicates.bailedOut++
    else this.#predicates.none++
    this.#count(this.#comparisons, 'predicate')
    if (!this.#isSame(expected, answer, actor, action, row))
      this.#disagree('predicate', actor, action, row, expected, showOutcome(answer))
    const written = check(source, subject, action, objects.rows[row])
    this.#count(this.#comparisons, 'source')
    const isBail = ({ bailOuts }: typeof before, since: typeof before): boolean => bailOuts > since.bailOuts
    if (!this.#isSame(expected, written, actor, action, row))
      this.#disagree('source', actor, action, row, expected, showOutcome(written))
    else if (isBail(source.statistics, sourceBefore) !== isBail(predicates.statistics, before)) {
      // Where a recursion goes round, or a row lacks what its schema promises, each of the two ends in its own way.
      if (this.#isRecursive || objects.stored) this.#count(this.#comparisons, 'bail-outs of one back end alone')
      else this.#disagree('source', actor, action, row, expected, 'it bails out, or closures do, but not both')
    }
    if (!asksOptions(this.#prepared.asked))
      this.#compareModule(expected, isBail(source.statistics, sourceBefore), actor, action, row)
    return expected
  }

  /** Answers about parts of rows are those about whole rows, unless rows are compared by identity. */
  #compareWhole(expected: Outcome, actor: number | null, action: string, row: number): void {
    const { models } = this.#prepared.asked.world
    if (typeof expected === 'object' || models.some(({ name }) => keyOf({ models }, name).length === 0)) return
    const whole = this.#whole(actor, action, row)
    if (whole === undefined) return
    // The classes of rows order the rules for them. Where a class is unknown, a rule can be true before another is an error.
    if (typeof whole === 'object' && mentionsSubclasses(this.#prepared.asked)) return
    this.#count(this.#comparisons, 'whole')
    if (!isSame(expected, whole)) this.#disagree('whole', actor, action, row, expected, showOutcome(whole))
  }

  /** The machine's answer for whole rows; undefined if they are the same rows. */
  #whole(actor: number | null, action: string, row: number): Outcome | undefined {
    const { machine, objects } = this.#prepared
    const { stored } = objects
    return stored && check(machine, actor === null ? null : stored[actor], action, stored[row])
  }

  /** Whether two outcomes are the same. The schema can promise what is not there, and the machine would look at. */
  #isSame(machine: Outcome, other: Outcome, actor: number | null, action: string, row: number): boolean {
    if (isSame(machine, other)) return true
    if (typeof machine !== 'object' || typeof other === 'object' || !this.#isPartial(machine.error)) return false
    return this.#whole(actor, action, row) === other
  }

  /** A compiled policy answers what predicates answer; the rest is a typed error, never an answer. */
  #compareModule(expected: Outcome, bailed: boolean, actor: number | null, action: string, row: number): void {
    const { asked, module, machineOnly, objects } = this.#prepared
    const answer = check(module, actorOf(this.#prepared, actor), action, objects.rows[row])
    this.#count(this.#comparisons, 'module')
    // Of plain objects the machine can know more: it follows where they come from.
    const holdsPlain = asked.json !== undefined || asked.world.habits?.untyped !== undefined
    const isRefused = (code: string): boolean => code === 'machine-only' || (holdsPlain && code === 'unknown-row')
    if (typeof answer !== 'object' || !isRefused(answer.error)) {
      if (!this.#isSame(expected, answer, actor, action, row))
        this.#disagree('module', actor, action, row, expected, showOutcome(answer))
      return
    }
    const modelOf = (index: number | null): string | null => (index === null ? null : asked.world.rows[index]!.model)
    const foreseen = machineOnly.some(
      (one) =>
        one.actor === modelOf(actor) && one.resource === modelOf(row) && (one.action === action || one.action === null),
    )
    // Of a relation that is not loaded, predicates compare the foreign key, and a module does not know it.
    if (typeof expected === 'string' && !bailed && !foreseen && !objects.stored)
      this.#disagree('module', actor, action, row, expected, showOutcome(answer))
  }

  #compareFilters(actor: number | null, action: string, machine: readonly Outcome[]): void {
    const { predicates, asked } = this.#prepared
    this.#filters++
    let filter: Filter
    try {
      filter = predicates.filter(actorOf(this.#prepared, actor), action, asked.model)
    } catch (error) {
      if (!(error instanceof ArcturusError)) throw error
      const reason = refusal(error) ?? this.#halfKnown(error) ?? this.#misfit(error)
      if (reason) {
        this.#count(this.#refusals, reason)
        return
      }
      // An error that no row avoids: no row may be lost by it.
      for (const [index, outcome] of machine.entries()) {
        if (typeof outcome !== 'object')
          this.#disagree(
            'filter',
            actor,
            action,
            this.#rows[index],
            outcome,
            `the filter throws ${error.code}: ${error.summary}`,
          )
      }
      return
    }
    // As above: rules that the filter has behind an error can be true.
    const unknown = failureCodesIn(filter.condition).find((code) => this.#isPartial(code))
    if (unknown) {
      this.#count(this.#refusals, unknown)
      return
    }
    if (this.#options.just === undefined)
      this.#compareRows('filter', this.#options.filter ?? inMemory, filter, actor, action, machine)
    // No table has columns of values of several types.
    if (!asked.world.habits?.untyped)
      this.#compareRows('definite', this.#options.definite ?? asDefinite, filter, actor, action, machine)
  }

  #compareRows(
    name: 'filter' | 'definite',
    evaluator: FilterEvaluator,
    filter: Filter,
    actor: number | null,
    action: string,
    machine: readonly Outcome[],
  ): void {
    const { predicates, objects } = this.#prepared
    let prepared: ReturnType<FilterEvaluator['prepare']>
    try {
      prepared = evaluator.prepare(filter, predicates)
    } catch (error) {
      const reason = refusal(error)
      if (!reason) throw error
      this.#count(this.#refusals, reason)
      return
    }
    for (const [index, row] of this.#rows.entries()) {
      const known = machine[index]!
      // A database has all of a row, of which the check may know a part: an error can hide that.
      if (name === 'definite' && typeof known === 'object' && this.#isPartial(known.error)) continue
      const isError = name === 'definite' && typeof known === 'object'
      const expected = (isError ? this.#whole(actor, action, row) : undefined) ?? known
      const asked = (name === 'definite' && objects.stored) || objects.rows
      const contained = this.#matches(prepared, asked[row]!)
      this.#count(this.#comparisons, name)
      if (this.#isSame(expected, contained ? 'true' : 'false', actor, action, row) || contained === isTrue(expected))
        continue
      if (name === 'definite' && !contained && dependsOnOrder(this.#prepared, { actor, action, row }, isTrue)) {
        this.#ordered++
        continue
      }
      this.#disagree(name, actor, action, row, expected, contained ? 'in' : 'out', filter.toString())
    }
  }

  /** Whether a row is in a filter: not where a relation is missing that decides. */
  #matches(filter: ReturnType<FilterEvaluator['prepare']>, row: object): boolean {
    try {
      return filter.matches(row)
    } catch (error) {
      if (this.#halfKnown(error)) return false
      throw error
    }
  }

  /** The code of an error about what objects leave out. */
  #halfKnown(error: unknown): string | undefined {
    return error instanceof ArcturusError && this.#isPartial(error.code) ? error.code : undefined
  }

  /** Whether an error can be about what the objects of a case leave out. */
  #isPartial(code: string): boolean {
    const { asked, objects } = this.#prepared
    if (!objects.stored) return false
    return partial.includes(code) || (code === 'missing-attribute' && asked.world.rows.some(missesValues))
  }

  async runPromised(): Promise<void> {
    const count = (evaluator: Evaluator): void => this.#count(this.#comparisons, evaluator)
    this.#disagreements.push(...(await comparePromised(this.#prepared, this.#answers, count)))
  }

  /**
   * The code of an error about a field that a value of the actor's does not have. For the machine it is a mismatch in a pattern and
   * an error elsewhere; a filter refuses both, since a condition does not tell them apart.
   */
  #misfit(error: unknown): string | undefined {
    const isUntyped = this.#prepared.asked.world.habits?.untyped !== undefined
    return isUntyped && error instanceof ArcturusError && error.code === 'missing-attribute' ? error.code : undefined
  }

  async runOrms(orms: Orms): Promise<void> {
    const asked = await orms.of(this.#prepared.asked)
    // Databases answer while others do.
    const all = asked.map(async (orm) => [orm, await compareOrm(orm, this.#prepared, this.#answers)] as const)
    for (const [orm, compared] of await Promise.all(all)) {
      this.#orms.set(orm.name, compared.refusals)
      this.#comparisons.set(orm.name, compared.comparisons)
      this.#disagreements.push(...compared.disagreements)
      this.#ordered += compared.ordered
    }
  }

  async runOso(limit: number): Promise<void> {
    const { asked, objects } = this.#prepared
    // It knows objects by their classes alone.
    if (asked.json || asked.world.habits) return
    // It has no end of time for recursion in cyclic data.
    if (callsItself(asked.policy) || hasCyclicBlocks(asked)) {
      this.#count(this.#deviations, 'recursive rules, which oso is not asked about')
      return
    }
    const text = printPolicy(asked.policy)
    if (mentionsExactNumbers(asked)) {
      this.#count(this.#deviations, 'bigint or decimal, which oso does not know')
      return
    }
    let oso: OsoEvaluator
    try {
      oso = await OsoEvaluator.load(asked, text, objects)
    } catch {
      this.#count(this.#deviations, 'not loaded by oso')
      return
    }
    try {
      for (const answer of new Random(2).sample(this.#answers, limit)) {
        const { actor, action, row, machine } = answer
        const other = await oso.isAllowed(actor, action, row)
        this.#count(this.#comparisons, 'oso')
        if (agreesWithOso(machine, other)) continue
        const point = await this.#explain(answer, other)
        if (point) this.#count(this.#deviations, point)
        else
          this.#disagree(
            'oso',
            actor,
            action,
            row,
            machine,
            typeof other === 'object' ? `error ${other.error}` : String(other),
          )
      }
    } finally {
      oso.free()
    }
  }

  /** What DESIGN says of a disagreement with `oso`; undefined for one that nothing covers. */
  async #explain(asked: Answer, other: OsoAnswer): Promise<string | undefined> {
    const internal = crashOf(other)
    if (internal) return internal
    // The first error ends a query of `oso`; here another alternative may decide.
    if (typeof other === 'object' && typeof asked.machine === 'string') return 'an error that does not decide'
    const whole = this.#prepared.asked
    // Lists are read before they are compared; `oso` compares their lengths and literals first.
    if (other === false && typeof asked.machine === 'object' && comparesStructures(printPolicy(whole.policy)))
      return 'a list that is read first'
    for (const [form, change] of forms) {
      const { policy, waits = false } = change(whole.policy)
      const prepared = policy === whole.policy ? this.#prepared : new Prepared({ ...whole, policy })
      const expected = check(
        prepared.machine,
        actorOf(prepared, asked.actor),
        asked.action,
        prepared.objects.rows[asked.row],
      )
      const isOurs = typeof expected === 'string' && typeof asked.machine === 'string' && expected !== asked.machine
      if (isOurs) return undefined
      for (const [point, variant] of osoVariants) {
        const answer = await askOso(prepared, variant, asked)
        // After it deviates from itself, its core can reach a limit.
        const rest = crashOf(answer) ?? restOf(prepared, { ...asked, machine: expected }, answer)
        if (rest) return [form, point, rest].filter((part) => part !== nothingElse).join('; ')
      }
      if (waits) return stillWaits
    }
    return undefined
  }

  #count(counts: Map<string, number>, key: string): void {
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }

  #disagree(
    evaluator: Evaluator,
    actor: number | null,
    action: string,
    row: number | undefined,
    machine: Outcome,
    other: string,
    detail?: string,
  ): void {
    this.#disagreements.push({
      evaluator,
      actor,
      action,
      row,
      machine: explain(machine),
      other,
      ...(detail === undefined ? {} : { detail }),
    })
  }
}

function comparesStructures(policy: string): boolean {
  return /= [[{]|[\]}] =/.test(policy)
}

/** Errors about rows that are there in part, or as plain objects of unknown class. */
const partial: readonly string[] = ['relation-not-loaded', 'unknown-row']

/** What `oso` takes for failure inside `not` and `forall`. */
const swallowed: readonly string[] = ['missing-attribute', 'not-a-function', 'application-error']

const errorIsError = '§7.4: an error inside not or forall is an error'
const firstProof = '§4: the first proof settles a negation'
const noOrder = '§7.2: orderings with nil are false'
const incomparable = '§4: an ordering of incomparable types is an error'
const unionFields = '§7.1: the fields of a pattern count for a union too; oso passes over them'
const nothingElse = 'nothing else'

/** What of an error of `oso` tells that it is one of its core. */
const crashes: readonly (readonly [text: string, point: string])[] = [
  ['invalid type: floating point', '§7.8: its core takes no number of so many digits'],
  ['cannot unify patterns directly', '§7.8: its core asks no pattern of what gets its value later'],
  ['cannot call method on unbound variable', '§7.8: its core calls no method of what gets its value later'],
  ['Expected: (rest) variable', '§7.8: its core crashes where what waits gets its value'],
]

function crashOf(answer: OsoAnswer): string | undefined {
  return typeof answer === 'object' ? crashes.find(([text]) => answer.error.includes(text))?.[1] : undefined
}

interface Form {
  readonly policy: PolicyTree
  readonly waits?: boolean
}

const inOrder = 'goals that wait for the value of a variable, which oso answers by their order'
const stillWaits = 'goals that wait for the value of a variable in every order that means the same'
const forallIsNot = 'forall is not (… and not …), which oso itself does not always keep to'

/** Other forms of a policy, which mean the same, but not to `oso`. */
const forms: readonly (readonly [string, (policy: PolicyTree) => Form])[] = [
  [nothingElse, (policy) => ({ policy })],
  [forallIsNot, (policy) => ({ policy: withoutForall(policy) })],
  [inOrder, valuesFirst],
  [`${inOrder}; ${forallIsNot}`, (policy) => valuesFirst(withoutForall(policy))],
]

const osoVariants: readonly (readonly [string, OsoVariant])[] = [
  [nothingElse, {}],
  [noOrder, { nilHasNoOrder: true }],
  [incomparable, { typesHaveNoOrder: true }],
  [`${noOrder}; ${incomparable}`, { nilHasNoOrder: true, typesHaveNoOrder: true }],
]

/** What else explains an answer of `oso`: nothing else where the machine says the same. */
function restOf(prepared: Prepared, asked: Answer, other: OsoAnswer): string | undefined {
  if (agreesWithOso(asked.machine, other)) return nothingElse
  const { policy } = prepared.asked
  if (/\bnot\b|\bforall\b/.test(printPolicy(policy))) {
    const isLost = typeof asked.machine === 'object' && swallowed.includes(asked.machine.error)
    if (isLost && typeof other === 'boolean') return errorIsError
    if (agreesWithOso(checkMeetingAllProofs(prepared, asked), other)) return firstProof
  }
  const bare = new Prepared({ ...prepared.asked, policy: withoutUnionFields(policy) })
  const withoutFields = check(bare.machine, actorOf(bare, asked.actor), asked.action, bare.objects.rows[asked.row])
  return agreesWithOso(withoutFields, other) ? unionFields : undefined
}

async function askOso(
  { asked, objects }: Prepared,
  variant: OsoVariant,
  { actor, action, row }: Answer,
): Promise<OsoAnswer> {
  const oso = await OsoEvaluator.load(asked, printPolicy(asked.policy), objects, variant)
  try {
    return await oso.isAllowed(actor, action, row)
  } finally {
    oso.free()
  }
}

/** Whether the relation of a block leads to rows that it is about itself, as subclasses do. */
function hasCyclicBlocks({ policy, world }: Case): boolean {
  const models = policy.blocks.flatMap((block) => /^resource (\w+)/.exec(block)?.[1] ?? [])
  return models.some((one, at) => models.some((other, index) => index !== at && isSubclass(world, one, other)))
}

function isSame(machine: Outcome, other: Outcome): boolean {
  if (typeof machine === 'string' || typeof other === 'string') return machine === other
  return machine.error === other.error
}

function agreesWithOso(machine: Outcome, oso: OsoAnswer): boolean {
  return typeof machine === 'object' ? typeof oso === 'object' : String(oso) === machine
}

function hasValue(condition: Condition, is: (value: unknown) => boolean): boolean {
  return (
    operandsIn(condition).some((operand) => isOperandOf(operand, is)) ||
    partsIn(condition).some((part) => hasValue(part, is))
  )
}

function isOperandOf(operand: Operand, is: (value: unknown) => boolean): boolean {
  if (operand.kind !== 'value') return operandsIn(operand).some((one) => isOperandOf(one, is))
  return (Array.isArray(operand.value) ? operand.value : [operand.value]).some(is)
}

function isUnknownObject(schema: Schema, value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !schema.modelOf(value)
}

/** Whether a filter has all rows, none, or some: as databases get it, which is folded further. */
function extentOf(filter: Filter): Filter['kind'] {
  if (filter.kind !== 'condition') return filter.kind
  try {
    const { kind } = filter.definite()
    return kind === 'true' ? 'all' : kind === 'false' ? 'none' : 'condition'
  } catch (error) {
    if (refusal(error) === undefined) throw error
    return 'condition'
  }
}

/** Whether a part of a condition is an error, whatever the row. */
function hasFailure(condition: Filter['condition']): boolean {
  return failureCodesIn(condition).length > 0
}

function failureCodesIn(condition: Filter['condition']): readonly string[] {
  return condition.kind === 'failure' ? [condition.error.code] : partsIn(condition).flatMap(failureCodesIn)
}

/** Whether an option of a registration tells the rows of a model, which no module holds. */
function asksOptions({ world }: Case): boolean {
  return world.habits?.instances?.some(({ by }) => by === 'option') === true
}

function mentionsSubclasses({ policy, world }: Case): boolean {
  const text = printPolicy(policy)
  return world.models.some(({ name, parent }) => parent !== undefined && text.includes(name))
}
