// Filtering cases asked of an `Authorizer`, in memory and through ORMs, and how many were answered.
import { readFileSync } from 'node:fs'
import { same } from './compare.mjs'
import { readDeviations } from './judge.mjs'
import { runInMemory } from './memory.mjs'

const inMemory = 'in memory'

export class Ways {
  #core
  #orms
  #deviations = readDeviations()
  #refusals = JSON.parse(readFileSync(new URL('../refusals.json', import.meta.url), 'utf8'))
  #counts
  #checks = { known: 0, byPredicate: 0 }

  /**
   * @param core - A module with the exports of `@arcturus/core`.
   * @param orms - Opened ones, each over one database.
   */
  constructor(core, orms) {
    this.#core = core
    this.#orms = orms
    this.#counts = new Map([inMemory, ...orms.map(({ name }) => name)].map((name) => [name, newCount()]))
  }

  /** Gives whether a case `passed` every way, what was `wanted`, and what each way `got`. */
  async judge(one) {
    const { filter, checks, known, byPredicate } = await runInMemory(one, this.#core)
    this.#checks.known += known
    this.#checks.byPredicate += byPredicate
    const got = { [inMemory]: filter }
    for (const orm of this.#orms) got[orm.name] = await orm.run(one)
    // A policy that the original doesn't load has no truth but the check.
    const wanted = this.#deviations[one.id]?.answer.ids ?? one.designTruth ?? one.truth ?? checks.ids
    const isRight = (name, { ids, refused }) =>
      refused === undefined ? ids !== undefined && same(ids, wanted) : this.#mayRefuse(name, refused)
    for (const [name, outcome] of Object.entries(got)) count(this.#counts.get(name), one, outcome)
    return {
      passed:
        Object.entries(got).every(([name, outcome]) => isRight(name, outcome)) &&
        (checks.refused !== undefined || same(checks.ids, wanted)),
      wanted,
      got: { ...got, checks },
    }
  }

  /** The shares of the cases that were answered, by way; and that of the checks that the predicate answered. */
  get shares() {
    const { known, byPredicate } = this.#checks
    return {
      answered: Object.fromEntries([...this.#counts].map(([name, { cases, answered }]) => [name, answered / cases])),
      byPredicate: byPredicate / known,
    }
  }

  /** Lines that say the same in words, with the reasons of what was refused. */
  get report() {
    const { known, byPredicate } = this.#checks
    return [
      ...[...this.#counts].flatMap(([name, counted]) => lines(name, counted)),
      `checks of registered classes: ${byPredicate} of ${known} by the predicate (${percent(byPredicate, known)})`,
    ]
  }

  async close() {
    for (const orm of this.#orms) await orm.close()
  }

  /** Whether a way is known to refuse for a reason: named for all ways, for an ORM, or for an ORM on one database. */
  #mayRefuse(name, reason) {
    return Object.entries(this.#refusals).some(([ways, reasons]) =>
      ways === 'everywhere' || name === ways || name.startsWith(`${ways} on `) ? reason in reasons : false,
    )
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
