import { ArcturusError, type Filter, PolicyError } from '@arcturus/core'
import { engineOf } from '../../../packages/core/src/authorizer/decisions/engine.js'
import type { Code } from '../../../packages/core/src/language/codes.js'
import { Arrivals } from '../../../packages/core/src/schema/arrivals.js'
import { endsEvaluation } from '../../../packages/core/src/values/semantics.js'
import { evaluate } from '../../../packages/explain/src/evaluate.js'
import { DefiniteRows } from '../definiteRows.js'
import { actorOf, check, type Outcome, outcomeOf, Prepared, refusal, showOutcome } from '../evaluators.js'
import { caseOf } from '../fuzz.js'
import { hasCut, printPolicy } from '../policyTree.js'
import { Random } from '../random.js'
import type { Case } from '../randomCase.js'
import { descendantsOf } from '../world.js'
import { type Arrangement, type PolicyTexts, shuffledPolicy } from './shuffledPolicy.js'

/** What a run has counted, and what was different. */
export interface ShuffledRun {
  readonly policies: number
  readonly counts: ReadonlyMap<string, number>
  readonly failures: readonly string[]
}

export interface ShuffledOptions {
  readonly seed: number
  readonly cases: number
  /** Default 0. */
  readonly from?: number
  /** Only cases of objects in memory, or only those of tables. Default: alternately. */
  readonly only?: 'memory' | 'tables' | undefined
  /** The number of failing policies that ends the run. Default 1. */
  readonly failures?: number
  /** How parts change their places. A planted fault loses one. */
  readonly arrange?: Arrangement
  readonly progress?: (policies: number) => void
}

/** Loads each random policy in two orders, and compares the answers of every evaluator. */
export function fuzzShuffled(options: ShuffledOptions): ShuffledRun {
  const { seed, cases, from = 0, only, failures: most = 1, arrange, progress } = options
  const counts = new Map<string, number>()
  const failures: string[] = []
  let policies = 0
  while (policies < cases && failures.length < most) {
    const number = from + policies++
    const index = only === undefined ? number : 2 * number + (only === 'tables' ? 1 : 0)
    const { asked } = caseOf(seed, index)
    const texts = shuffledPolicy(asked.policy, Random.ofCase(seed ^ 0x5f, index), arrange)
    try {
      const comparing = new Orders(asked, texts, counts)
      const different = comparing.run()
      if (different !== undefined)
        failures.push(
          `${different}\nin the order:\n${printPolicy(asked.policy)}\nand in the order:\n${texts.join('\n--- file\n')}\nseed ${seed}, case ${index}`,
        )
    } catch (error) {
      if (!(error instanceof PolicyError)) throw new Error(`seed ${seed}, case ${index}`, { cause: error })
      counts.set('policies that do not load', (counts.get('policies that do not load') ?? 0) + 1)
    }
    progress?.(policies)
  }
  return { policies, counts, failures }
}

/** A question: one row, or all rows if the evaluator answers for all of them at once. */
interface Question {
  readonly actor: number | null
  readonly action: string
  readonly row: number
}

/** Evaluators of single rows. The drop-in keeps the order of `oso`, so it is none of them. */
const evaluators: Readonly<Record<string, (prepared: Prepared, question: Question) => Outcome>> = {
  machine: (prepared, { actor, action, row }) =>
    check(prepared.machine, actorOf(prepared, actor), action, prepared.objects.rows[row]),
  closures: (prepared, { actor, action, row }) =>
    check(prepared.predicates, actorOf(prepared, actor), action, prepared.objects.rows[row]),
  source: (prepared, { actor, action, row }) =>
    check(prepared.source, actorOf(prepared, actor), action, prepared.objects.rows[row]),
  module: (prepared, { actor, action, row }) =>
    // Not every case has a module.
    outcomeOf(() => prepared.module.can(actorOf(prepared, actor), action, prepared.objects.rows[row])),
  explanation: (prepared, { actor, action, row }) => {
    const resource = prepared.objects.rows[row]
    const asked = { actor: actorOf(prepared, actor), action, resource }
    const { decision, error } = evaluate(engineOf(prepared.machine)!, asked, new Arrivals())
    return decision === 'error'
      ? { error: error?.code ?? 'error', message: '' }
      : decision === 'allowed'
        ? 'true'
        : 'false'
  },
}

/** The most rows of a policy that are checked. Lists are compared for all rows. */
const mostRows = 6

/** What a module throws for rows that lack what their schema promises. */
const forMachine: readonly string[] = ['machine-only', 'unknown-row']

/** The same policy in two orders. */
class Orders {
  readonly #asked: Case
  readonly #counts: Map<string, number>
  readonly #orders: readonly [Prepared, Prepared]
  readonly #rows: readonly number[]

  constructor(asked: Case, texts: PolicyTexts, counts: Map<string, number>) {
    this.#asked = asked
    this.#counts = counts
    this.#orders = [new Prepared(asked), new Prepared(asked, undefined, texts)]
    const family = descendantsOf(asked.world, asked.model)
    const rows = asked.world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
    this.#rows = new Random(rows.length).sample(rows, mostRows)
  }

  /** Returns the first difference. */
  run(): string | undefined {
    if (hasCut(this.#asked.policy)) {
      this.#count('policies with `cut`, whose rules have an order')
      return undefined
    }
    for (const actor of this.#asked.actors)
      for (const action of this.#asked.actions) {
        const different =
          this.#compareChecks(actor, action) ??
          this.#compareLists('list', (prepared) =>
            prepared.predicates.filter(actorOf(prepared, actor), action, this.#asked.model),
          )
        if (different !== undefined) return `${different}\nactor ${actor}, action ${action}`
      }
    for (const action of this.#asked.actions)
      for (const row of this.#rows.slice(0, 1)) {
        const different = this.#compareLists(
          'who',
          (prepared) => prepared.predicates.actorFilter(action, prepared.objects.rows[row]!, 'User'),
          descendantsOf(this.#asked.world, 'User'),
        )
        if (different !== undefined) return `${different}\naction ${action}, row ${row}`
      }
    return undefined
  }

  #compareChecks(actor: number | null, action: string): string | undefined {
    for (const row of this.#rows)
      for (const [name, answer] of Object.entries(evaluators)) {
        const [one, other] = this.#orders.map((prepared) => answer(prepared, { actor, action, row })) as [
          Outcome,
          Outcome,
        ]
        if (!this.#agree(name, one, other))
          return `${name} says ${showOutcome(one)}, and ${showOutcome(other)} in another order, of row ${row}`
      }
    return undefined
  }

  /** Compares filters, as far as neither is refused, for rows in memory and as databases evaluate them. */
  #compareLists(
    name: string,
    filterOf: (prepared: Prepared) => Filter,
    models: readonly string[] = descendantsOf(this.#asked.world, this.#asked.model),
  ): string | undefined {
    const made = this.#orders.map((prepared) => listOf(() => filterOf(prepared)))
    const rows = this.#asked.world.rows.flatMap(({ model }, at) => (models.includes(model) ? [at] : []))
    const matches = this.#orders.map((prepared, at) => matcherInMemory(made[at]!, prepared))
    const definite = this.#orders.map((prepared, at) => matcherOfDefinite(made[at]!, prepared))
    for (const [kind, pair] of [
      [name, matches],
      [`${name} of a database`, definite],
    ] as const) {
      if (pair.some((one) => 'refused' in one)) {
        this.#count(pair.every((one) => 'refused' in one) ? `${kind}: refused` : `${kind}: refused in one order`)
        continue
      }
      for (const row of rows) {
        const [one, other] = pair.map((matcher) => outcomeFor(matcher, row)) as [Outcome, Outcome]
        // A row is in a list, or not: an error is no grant.
        const [isIn, isInOther] = [one === 'true', other === 'true']
        if (this.#isApart(kind, one, other)) continue
        this.#count(kind)
        if (isIn !== isInOther)
          return `${kind} says ${showOutcome(one)}, and ${showOutcome(other)} in another order, of row ${row}`
      }
    }
    return undefined
  }

  #agree(name: string, one: Outcome, other: Outcome): boolean {
    if (this.#isApart(name, one, other)) return true
    this.#count(name)
    // The first error in the order of the text is the one that is thrown.
    if (typeof one === 'object' && typeof other === 'object') return true
    return one === other
  }

  /** Counts an answer that an error ended, whatever the order of the parts is. */
  #isApart(name: string, ...outcomes: readonly Outcome[]): boolean {
    const errors = outcomes.flatMap((one) => (typeof one === 'object' ? one.error : []))
    const ending = errors.find(
      (code) => endsEvaluation(code as Code) || (name === 'module' && this.#isPartial && forMachine.includes(code)),
    )
    if (ending === undefined) return false
    this.#count(`${name}: ${ending}`)
    return true
  }

  /** Whether rows lack what their schema promises: a module has no machine to ask about them. */
  get #isPartial(): boolean {
    return this.#orders[0].objects.stored !== undefined
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1)
  }
}

/** A filter, the error of making it, or why it was refused. */
type Made = { readonly filter: Filter } | { readonly outcome: Outcome } | { readonly refused: string }

function listOf(make: () => Filter): Made {
  try {
    return { filter: make() }
  } catch (error) {
    return failed(error)
  }
}

function failed(error: unknown): Exclude<Made, { filter: Filter }> {
  const refused = refusal(error)
  if (refused !== undefined) return { refused }
  if (!(error instanceof ArcturusError)) throw error
  return { outcome: { error: error.code, message: error.summary } }
}

type Matcher = { readonly of: (row: number) => Outcome } | Exclude<Made, { filter: Filter }>

function outcomeFor(matcher: Matcher, row: number): Outcome {
  if ('of' in matcher) return matcher.of(row)
  // A filter that is refused is compared with nothing.
  return 'outcome' in matcher ? matcher.outcome : 'false'
}

function matcherInMemory(made: Made, { objects }: Prepared): Matcher {
  if (!('filter' in made)) return made
  return { of: (row) => outcomeOf(() => made.filter.matches(objects.rows[row]!)) }
}

function matcherOfDefinite(made: Made, { objects, predicates, asked }: Prepared): Matcher {
  if (!('filter' in made)) return made
  // No table has columns of values of several types.
  if (asked.world.habits?.untyped) return { refused: 'columns of several types' }
  try {
    const definite = made.filter.definite()
    const rows = new DefiniteRows(predicates.schema)
    const stored = objects.stored ?? objects.rows
    return { of: (row) => (rows.holds(definite, stored[row]!) ? 'true' : 'false') }
  } catch (error) {
    return failed(error)
  }
}
