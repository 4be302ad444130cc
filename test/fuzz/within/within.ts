import { ArcturusError, Authorizer } from '@arcturus/core'
import { Random } from '../random.js'
import { type Body, type Expected, expectedOf, type Folder, type Plan, policyText } from './oracle.js'

/** How a row asks the authorizer: in a getter, in a method, for many rows, or later. */
const ways = ['getter', 'method', 'many', 'promise', 'later'] as const
type Way = (typeof ways)[number]
const evaluators = ['machine', 'closures', 'source', 'auto'] as const

class User {
  readonly id = 1
}

interface Options {
  readonly seed: number
  readonly cases: number
  readonly from?: number
  readonly failures?: number
}

export interface WithinRun {
  readonly counts: ReadonlyMap<string, number>
  readonly failures: readonly string[]
}

/**
 * Compares checks that code of the application asks for within checks with the same policy in which they are rules:
 * true, false or an error. A check that leads back to itself is a `frame-limit` wherever it is met. Each attribute is
 * read a few times, however the rows are connected.
 */
export async function fuzzWithin({ seed, cases, from = 0, failures: most = 1 }: Options): Promise<WithinRun> {
  const counts = new Map<string, number>()
  const failures: string[] = []
  for (let index = from; index < from + cases && failures.length < most; index++) {
    const random = Random.ofCase(seed, index)
    const plan = drawPlan(random)
    const way = random.pick(ways)
    for (const evaluator of evaluators)
      for (const problem of await compare(plan, way, evaluator, random, counts))
        failures.push(`--seed ${seed} --from ${index} (${evaluator}, ${way}): ${problem}\n${describe(plan)}`)
  }
  return { counts, failures }
}

function drawPlan(random: Random): Plan {
  const size = random.integer(2, 9)
  const hasRings = random.chance(0.25)
  const flag = () => random.weighted({ true: 4, false: 4, nil: 1, missing: random.chance(0.5) ? 2 : 0 })
  const folders = Array.from({ length: size }, (_, id): Folder => {
    const others = Array.from({ length: size }, (_, at) => at).filter((at) => hasRings || at > id)
    return {
      id,
      isOpen: flag(),
      isHidden: flag(),
      parent: others.length > 0 && random.chance(0.8) ? random.pick(others) : undefined,
      children: random.sample(others, random.integer(0, 3)),
    }
  })
  const atoms = ['open', 'hidden', 'parent', 'children', 'not open', 'not parent', 'not children'] as const
  const body = (): Body => Array.from({ length: random.integer(1, 3) }, () => random.pick(atoms))
  return { folders, rules: Array.from({ length: random.integer(1, 4) }, body) }
}

/** Makes the rows of a plan, which count how often their attributes are read. */
function makeRows(plan: Plan, way: Way, authorizer: Authorizer, random: Random) {
  const user = new User()
  const reads = new Map<string, number>()
  const count = (id: number, name: string): void =>
    void reads.set(`${id} ${name}`, (reads.get(`${id} ${name}`) ?? 0) + 1)
  const pause = random.chance(0.5)
  class Row {
    readonly rows: readonly Row[]
    constructor(
      readonly id: number,
      rows: readonly Row[],
    ) {
      this.rows = rows
      const { isOpen, isHidden } = plan.folders[id]!
      if (isOpen !== 'missing') Reflect.set(this, 'isOpen', columnOf(isOpen))
      if (isHidden !== 'missing') Reflect.set(this, 'isHidden', columnOf(isHidden))
    }
    #folder(): Folder {
      return plan.folders[this.id]!
    }
    #ask(name: string, ids: readonly number[]): unknown {
      count(this.id, name)
      const asked = ids.map((id) => this.rows[id]!)
      const every = (answers: readonly boolean[]): boolean => answers.every(Boolean)
      if (way === 'many') return every(authorizer.canMany(user, 'read', asked))
      if (way === 'promise') return Promise.all(asked.map((row) => authorizer.isAllowed(user, 'read', row))).then(every)
      if (way === 'later') return authorizer.isAllowedMany(user, 'read', asked).then(every)
      return every(asked.map((row) => authorizer.can(user, 'read', row)))
    }
    get byParent(): unknown {
      const { parent } = this.#folder()
      return parent === undefined ? null : this.#ask('parent', [parent])
    }
    get byChildren(): unknown {
      return this.#ask('children', this.#folder().children)
    }
    isByParent(): unknown {
      return this.byParent
    }
    isByChildren(): unknown {
      return this.byChildren
    }
    get slow(): unknown {
      return (way === 'promise' || way === 'later') && pause ? Promise.resolve(true) : true
    }
  }
  const rows: Row[] = []
  for (const { id } of plan.folders) rows.push(new Row(id, rows))
  authorizer.registerClass(User, { key: 'id' }).registerClass(Row, { name: 'Folder', key: 'id' })
  authorizer.loadSync(policyText(plan, way === 'method'))
  return { user, rows, reads }
}

function columnOf(flag: string): boolean | null {
  return flag === 'nil' ? null : flag === 'true'
}

async function compare(
  plan: Plan,
  way: Way,
  evaluator: (typeof evaluators)[number],
  random: Random,
  counts: Map<string, number>,
): Promise<readonly string[]> {
  const problems: string[] = []
  const authorizer = new Authorizer({ evaluator, log() {}, limits: { asyncTime: 5_000 } })
  const { user, rows, reads } = makeRows(plan, way, authorizer, random)
  const isLate = way === 'promise' || way === 'later'
  for (const row of random.shuffled(rows)) {
    const expected = expectedOf(plan, row.id)
    const asks: readonly (() => unknown)[] = isLate
      ? [
          () => authorizer.isAllowed(user, 'read', row),
          async () => (await authorizer.isAllowedMany(user, 'read', [row]))[0],
          async () => (await authorizer.authorizedActions(user, row)).has('read'),
        ]
      : [
          () => authorizer.can(user, 'read', row),
          () => authorizer.canMany(user, 'read', [row])[0],
          () => authorizer.isAllowed(user, 'read', row),
        ]
    for (const ask of asks) {
      // What an earlier check did not wait for ends first.
      if (isLate) await new Promise(setImmediate)
      reads.clear()
      const got = await outcomeOf(ask)
      counts.set(`${got}`, (counts.get(`${got}`) ?? 0) + 1)
      if (!expected.has(got)) problems.push(`row ${row.id}: ${got}, expected ${[...expected].join(' or ')}`)
      const mostReads = Math.max(0, ...reads.values())
      // A trial, a predicate, one that waits and the machine read an attribute once for each of its occurrences. In a ring
      // the first check is evaluated once more.
      const limit = 10 * plan.rules.flat().length
      if (mostReads > limit) problems.push(`row ${row.id}: an attribute was read ${mostReads} times`)
    }
  }
  return problems
}

async function outcomeOf(ask: () => unknown): Promise<Expected> {
  try {
    return (await ask()) === true ? 'true' : 'false'
  } catch (error) {
    if (error instanceof ArcturusError && error.code === 'frame-limit') return 'ring'
    return error instanceof ArcturusError ? 'error' : 'crash'
  }
}

function describe(plan: Plan): string {
  return [policyText(plan, false), ...plan.folders.map((folder) => JSON.stringify(folder))].join('\n')
}
