import { ArcturusError } from '@arcturus/core'
import type { Answer, Disagreement } from '../compare.js'
import { actorOf, check, explain, isTrue, type Outcome, Prepared, refusal, showOutcome } from '../evaluators.js'
import { mentionsExactNumbers } from '../exactNumbers.js'
import { dependsOnOrder, isSaidInSomeOrder } from '../order.js'
import { Random } from '../random.js'
import { descendantsOf, type Value, type World } from '../world.js'
import type { Asked, Orm } from './orm.js'

export interface OrmComparison {
  readonly disagreements: readonly Disagreement[]
  readonly comparisons: number
  /** The number of filters of actors. */
  readonly filters: number
  /** The number of filters that were refused. */
  readonly refused: number
  readonly refusals: ReadonlyMap<string, number>
  /** Rows that the order of a collection decides, as far as a `cut` can make it. */
  readonly ordered: number
}

/** How many checks of a case are asked about rows as a query gives them, without their relations. */
const checks = 1

/** The number of rows of a case for which the users who may are listed. */
const rowsAskedWho = 1

/** Puts the questions of a case to an ORM: the lists, the users who may, and some of the checks. */
export async function compareOrm(orm: Orm, made: Prepared, machine: readonly Answer[]): Promise<OrmComparison> {
  const { prepared, answers } = asRead(orm, made, machine)
  const comparing = new OrmComparing(orm.name, prepared, await orm.ask(prepared.asked))
  await comparing.who(new Random(5).sample(rowsOf(prepared), rowsAskedWho))
  for (const actor of prepared.asked.actors) {
    for (const action of prepared.asked.actions)
      await comparing.list(answers.filter((one) => one.actor === actor && one.action === action))
  }
  for (const answer of new Random(3).sample(answers, checks)) await comparing.check(answer)
  return comparing
}

/** Lists the users who may perform each action on some rows, and compares with the check of each user. */
export async function compareWho(orm: Orm, made: Prepared, rows: readonly number[]): Promise<OrmComparison> {
  const { prepared } = asRead(orm, made, [])
  const comparing = new OrmComparing(orm.name, prepared, await orm.ask(prepared.asked))
  await comparing.who(rows)
  return comparing
}

/** The rows of a case's model, by their place in the world. */
export function rowsOf({ asked: { world, model } }: Prepared): readonly number[] {
  const family = descendantsOf(world, model)
  return world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
}

/** The machine's answers for rows as they are read, where the policy speaks of what is read in another form. */
function asRead(
  orm: Orm,
  prepared: Prepared,
  answers: readonly Answer[],
): { readonly prepared: Prepared; readonly answers: readonly Answer[] } {
  const { asked } = prepared
  const world = orm.read(asked.world)
  if (world === asked.world || !(asked.world.foreign || mentionsExactNumbers(asked) || holdsNegativeZero(asked.world)))
    return { prepared, answers }
  const read = new Prepared({ ...asked, world })
  return {
    prepared: read,
    answers: answers.map((answer) => ({
      ...answer,
      machine: check(read.machine, actorOf(read, answer.actor), answer.action, read.objects.rows[answer.row]),
    })),
  }
}

function holdsNegativeZero({ rows }: World): boolean {
  return rows.some(({ values }) =>
    Object.values(values).some((value) => typeof value === 'object' && value !== null && 'number' in value),
  )
}

/** The case with numbers, which have no elements, in place of arrays of several dimensions; the same if there are none. */
function withoutArrays(prepared: Prepared): Prepared {
  const { world } = prepared.asked
  let isSame = true
  const rows = world.rows.map((row) => {
    const values = Object.entries(row.values).map(([name, value]): readonly [string, Value] => {
      const read: unknown = typeof value === 'object' && value !== null && 'read' in value ? value.read : undefined
      if (!Array.isArray(read) || !read.some(Array.isArray)) return [name, value]
      isSame = false
      return [name, { read: 0 }]
    })
    return { ...row, values: Object.fromEntries(values) }
  })
  return isSame ? prepared : new Prepared({ ...prepared.asked, world: { ...world, rows } })
}

class OrmComparing implements OrmComparison {
  readonly disagreements: Disagreement[] = []
  readonly refusals = new Map<string, number>()
  comparisons = 0
  ordered = 0
  filters = 0
  refused = 0
  readonly #name: string
  readonly #prepared: Prepared
  readonly #asked: Asked
  #withoutArrays: Prepared | undefined

  constructor(name: string, prepared: Prepared, asked: Asked) {
    this.#name = name
    this.#prepared = prepared
    this.#asked = asked
  }

  /** @param answers - For all rows, of one actor and action. */
  async list(answers: readonly Answer[]): Promise<void> {
    const [first] = answers
    if (first) await this.#list(answers, this.#asked.list(first.actor, first.action), ({ row }) => row)
  }

  /** Compares the users who may perform each action on some rows. */
  async who(rows: readonly number[]): Promise<void> {
    const { world, actions } = this.#prepared.asked
    const family = descendantsOf(world, 'User')
    const users = world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
    for (const row of rows) {
      for (const action of actions) {
        const { machine, objects } = this.#prepared
        const answers = users.map((actor): Answer => {
          const outcome = check(machine, actorOf(this.#prepared, actor), action, objects.rows[row])
          return { actor, action, row, machine: outcome }
        })
        this.filters++
        await this.#list(answers, this.#asked.who(action, row), ({ actor }) => actor!, 'who')
      }
    }
  }

  async #list(
    answers: readonly Answer[],
    listing: Promise<ReadonlySet<number>>,
    placeOf: (answer: Answer) => number,
    kind = '',
  ): Promise<void> {
    let listed: ReadonlySet<number>
    try {
      listed = await listing
    } catch (error) {
      // PostgreSQL ends a query that computes a number beyond the doubles; no filter can tell before.
      const isBeyond = String(error).includes('out of range: overflow')
      const reason = isBeyond ? 'database: a number beyond the doubles' : refusal(error)
      if (reason) {
        this.refused++
        this.#refuse(reason)
        return
      }
      if (!(error instanceof ArcturusError)) throw error
      // An error that no row avoids: no row may be lost by it.
      for (const answer of answers) {
        if (typeof answer.machine === 'object') continue
        // In the order in which the actor's rows were read an error is met.
        if (dependsOnOrder(this.#prepared, answer, (outcome) => typeof outcome !== 'object')) this.ordered++
        else this.#disagree(answer, `${kind} the list throws ${error.code}: ${error.summary}`.trim())
      }
      return
    }
    for (const answer of answers) {
      this.comparisons++
      const contained = listed.has(placeOf(answer))
      if (contained === isTrue(answer.machine)) continue
      if (!contained && this.#readsArrays(answer)) this.#refuse('arrays of several dimensions, read by element')
      else if (contained ? await this.#isTrueAsRead(answer) : dependsOnOrder(this.#prepared, answer, isTrue))
        this.ordered++
      else this.#disagree(answer, `${kind} ${contained ? 'in' : 'out'}`.trim())
    }
  }

  #refuse(reason: string): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1)
  }

  /** Whether the check is true only if arrays of several dimensions have elements, or none: a filter can't read them. */
  #readsArrays({ actor, action, row }: Answer): boolean {
    this.#withoutArrays ??= withoutArrays(this.#prepared)
    const other = this.#withoutArrays
    return (
      other !== this.#prepared && !isTrue(check(other.machine, actorOf(other, actor), action, other.objects.rows[row]))
    )
  }

  /** Whether the check says yes with the actor as the list has it: the order in which relations were read makes the difference. */
  async #isTrueAsRead(answer: Answer): Promise<boolean> {
    if (!dependsOnOrder(this.#prepared, answer, (outcome) => !isTrue(outcome))) return false
    try {
      return await this.#asked.check(answer.actor, answer.action, answer.row)
    } catch (error) {
      if (error instanceof ArcturusError) return false
      throw error
    }
  }

  async check(answer: Answer): Promise<void> {
    let outcome: Outcome
    try {
      outcome = (await this.#asked.check(answer.actor, answer.action, answer.row)) ? 'true' : 'false'
    } catch (error) {
      if (!(error instanceof ArcturusError)) throw error
      outcome = { error: error.code, message: error.summary }
    }
    this.comparisons++
    const agrees = (expected: Outcome): boolean => showOutcome(expected) === showOutcome(outcome)
    if (agrees(answer.machine)) return
    // Which of several errors comes first can depend on the order of a collection.
    const areErrors = typeof answer.machine === 'object' && typeof outcome === 'object'
    const isOrdered = areErrors
      ? isSaidInSomeOrder(this.#prepared, answer, agrees)
      : dependsOnOrder(this.#prepared, answer, (other) => !agrees(other))
    if (isOrdered) this.ordered++
    else this.#disagree(answer, `check: ${explain(outcome)}`)
  }

  #disagree({ actor, action, row, machine }: Answer, other: string): void {
    this.disagreements.push({ evaluator: this.#name, actor, action, row, machine: explain(machine), other })
  }
}
