import type { Comparison } from './compare.js'

/** What a run has counted. */
export class Report {
  readonly seed: number
  #cases = 0
  #some = 0
  #unloadable = new Map<string, number>()
  #constructs = new Map<string, number>()
  #comparisons = new Map<string, number>()
  /** Of each ORM: the cases that it was asked, those in which it refused something, and why. */
  #orms = new Map<string, { cases: number; refused: number; reasons: Map<string, number> }>()
  #predicates = { answered: 0, bailedOut: 0, none: 0 }
  #outcomes = { true: 0, false: 0, error: 0 }
  #filters = 0
  #refusals = new Map<string, number>()
  #refusedCases = 0
  #deviations = new Map<string, number>()
  #ordered = 0

  constructor(seed: number) {
    this.seed = seed
  }

  add(constructs: ReadonlySet<string>, compared: Comparison): void {
    this.#cases++
    if (compared.some) this.#some++
    for (const one of constructs) count(this.#constructs, one, 1)
    for (const [evaluator, times] of compared.comparisons) count(this.#comparisons, evaluator, times)
    for (const [orm, refusals] of compared.orms) this.#addOrm(orm, refusals)
    for (const key of ['answered', 'bailedOut', 'none'] as const) this.#predicates[key] += compared.predicates[key]
    for (const key of ['true', 'false', 'error'] as const) this.#outcomes[key] += compared.outcomes[key]
    this.#filters += compared.filters
    this.#ordered += compared.ordered
    if (compared.refusals.size > 0) this.#refusedCases++
    for (const [reason, times] of compared.refusals) count(this.#refusals, reason, times)
    for (const [point, times] of compared.deviations) count(this.#deviations, point, times)
  }

  #addOrm(name: string, refusals: ReadonlyMap<string, number>): void {
    const orm = this.#orms.get(name) ?? { cases: 0, refused: 0, reasons: new Map() }
    this.#orms.set(name, orm)
    orm.cases++
    if (refusals.size > 0) orm.refused++
    for (const [reason, times] of refusals) count(orm.reasons, reason, times)
  }

  /** A policy of the generator that can't be loaded is a case that tests nothing. */
  addUnloadable(code: string): void {
    this.#cases++
    count(this.#unloadable, code, 1)
  }

  get cases(): number {
    return this.#cases
  }

  /** The share of cases in which some rows, but not all, come back. */
  get shareOfSome(): number {
    return this.#some / this.#cases
  }

  /** The share of cases that make use of a construct. */
  shareOf(construct: string): number {
    return (this.#constructs.get(construct) ?? 0) / this.#cases
  }

  get constructs(): readonly string[] {
    return [...this.#constructs.keys()]
  }

  /** The share of filters that nobody refused. */
  get unloadable(): number {
    return [...this.#unloadable.values()].reduce((sum, one) => sum + one, 0)
  }

  toString(): string {
    const { answered, bailedOut, none } = this.#predicates
    const checks = answered + bailedOut + none
    const lines = [
      `seed ${this.seed}, ${this.#cases} cases; in ${percent(this.#some, this.#cases)} some rows, but not all, come back`,
      `comparisons with the machine: ${list(this.#comparisons)}`,
      `the machine's answers: ${list(new Map(Object.entries(this.#outcomes)))}`,
      `checks answered by the predicate: ${percent(answered, checks)}; given to the machine: ${percent(bailedOut, checks)}; without a predicate: ${percent(none, checks)}`,
      `filters: ${this.#filters}; cases with a refused one: ${percent(this.#refusedCases, this.#cases)}; refusals: ${list(this.#refusals)}`,
      ...[...this.#orms].map(
        ([name, { cases, refused, reasons }]) =>
          `${name}: ${cases} cases; with something refused: ${percent(refused, cases)}; refusals: ${list(reasons)}`,
      ),
      `rows left out of definite filters because the check depends on the order of a collection: ${this.#ordered}`,
      `deviations from oso: ${list(this.#deviations)}`,
      `policies that can't be loaded: ${list(this.#unloadable)}`,
      `constructs: ${[...this.#constructs]
        .sort((a, b) => a[1] - b[1])
        .map(([name, times]) => `${name} ${percent(times, this.#cases)}`)
        .join(', ')}`,
    ]
    return lines.join('\n')
  }
}

function count(counts: Map<string, number>, key: string, times: number): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`
}

function list(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return 'none'
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, times]) => `${name} ${times}`)
    .join(', ')
}
