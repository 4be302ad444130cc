// Filtering cases asked of an `Authorizer`, in memory and through Prisma, and how many were answered.
import { same } from './compare.mjs'
import { readDeviations } from './judge.mjs'
import { runInMemory } from './memory.mjs'
import { openPrisma } from './prisma.mjs'

/** @param modules - `core` and `prisma`: modules with the exports of `@arcturus/core` and `@arcturus/prisma`. */
export class Ways {
  #modules
  #deviations = readDeviations()
  #databases = new Map()
  #counts = { memory: newCount(), prisma: newCount() }
  #checks = { known: 0, byPredicate: 0 }

  constructor(modules) {
    this.#modules = modules
  }

  /** Gives whether a case `passed` every way, what was `wanted`, and what each way `got`. */
  async judge(one) {
    const { filter, checks, known, byPredicate } = await runInMemory(one, this.#modules.core)
    const prisma = await (await this.#database(one.fixture)).run(one)
    // A policy that the original doesn't load has no truth but the check.
    const wanted = this.#deviations[one.id]?.answer.ids ?? one.designTruth ?? one.truth ?? checks.ids
    this.#checks.known += known
    this.#checks.byPredicate += byPredicate
    count(this.#counts.memory, one, filter)
    count(this.#counts.prisma, one, prisma)
    const right = ({ ids, refused }) => refused !== undefined || (ids !== undefined && same(ids, wanted))
    return {
      passed: right(filter) && right(checks) && right(prisma),
      wanted,
      got: { memory: filter, checks, prisma },
    }
  }

  /** The shares of the cases, or checks, that were answered: in memory, through Prisma, by the predicate. */
  get shares() {
    const { memory, prisma } = this.#counts
    return {
      memory: memory.answered / memory.cases,
      prisma: prisma.answered / prisma.cases,
      predicate: this.#checks.byPredicate / this.#checks.known,
    }
  }

  /** Lines that say the same in words, with the reasons of what was refused. */
  get report() {
    const { known, byPredicate } = this.#checks
    return [
      ...lines('in memory', this.#counts.memory),
      ...lines('through Prisma on SQLite', this.#counts.prisma),
      `checks of registered classes: ${byPredicate} of ${known} by the predicate (${percent(byPredicate, known)})`,
    ]
  }

  async close() {
    for (const database of this.#databases.values()) await (await database).close()
    this.#databases.clear()
  }

  #database(fixture) {
    if (!this.#databases.has(fixture)) this.#databases.set(fixture, openPrisma(fixture, this.#modules))
    return this.#databases.get(fixture)
  }
}

const newCount = () => ({ cases: 0, answered: 0, refused: new Map() })

function count(counted, { id }, { ids, refused }) {
  counted.cases++
  if (ids) counted.answered++
  if (refused) counted.refused.set(refused, [...(counted.refused.get(refused) ?? []), id])
}

function lines(way, { cases, answered, refused }) {
  const reasons = [...refused].sort(([, a], [, b]) => b.length - a.length)
  const total = reasons.reduce((sum, [, ids]) => sum + ids.length, 0)
  return [
    `filters, ${way}: ${answered} answered, ${total} refused (${percent(answered, cases)} answered)`,
    ...reasons.map(([reason, ids]) => `  ${ids.length} ${reason}: ${ids.join(', ')}`),
  ]
}

const percent = (part, whole) => `${whole === 0 ? 100 : Math.floor((100 * part) / whole)} %`
