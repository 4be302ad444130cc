import { ArcturusError } from '@arcturus/core'
import type { Planted } from '../orm/planted.js'
import { Random } from '../random.js'
import { docs } from './callerCase.js'
import { PrismaWorld } from './prismaWorld.js'
import { TypeOrmWorld } from './typeormWorld.js'

/** A document as it is compared. */
export interface Doc {
  readonly id: number
  readonly slug: string
  readonly count: number
  readonly deletedAt?: Date | null
  readonly ownerId?: number
}

/** The rows that questions are asked about, in one database of an ORM. */
export interface CallerWorld {
  /** Such as `Prisma on SQLite`. */
  readonly name: string
  /** Puts rows in the place of those that are there: the same ones for a seed. */
  fill(seed: number): Promise<void>
  all(): Promise<readonly Doc[]>
  ask(random: Random): Promise<Asked>
  close(): Promise<void>
}

/** A policy, and a question with other arguments beside its filter. */
export interface Asked {
  /** The case, to be printed. */
  readonly about: { readonly policy: object; readonly question: { readonly kind: string } }
  /** The documents that the actor may see, by the check. */
  readonly allowed: ReadonlySet<number>
  put(): Promise<unknown>
  /** Whether an error that is no `ArcturusError` is a refusal of the ORM or its database. */
  isRefusal(error: unknown): boolean
  /** The documents in an answer that its filter is about. */
  docsIn(answer: unknown): readonly Doc[]
  /** @returns what is wrong beside hidden rows */
  wrong(answer: unknown, before: readonly Doc[], after: readonly Doc[]): Promise<string | undefined>
}

export interface CallerOptions {
  readonly seed: number
  readonly cases: number
  /** The first case's index. Default 0. */
  readonly from?: number
  /** Of the ORMs and databases that are asked. Default: all. */
  readonly names?: RegExp
  readonly planted?: Planted
}

export interface CallerReport {
  readonly cases: number
  /** How often questions were answered, refused, and left out rows. */
  readonly counts: ReadonlyMap<string, number>
  /** What came back or changed though the filter leaves it out, with the case. */
  readonly failures: readonly string[]
}

/** So many cases are about the same rows. */
const casesOfRows = 25

/** Asks random questions beside random filters; ends with the first row outside of a filter that comes back or changes. */
export async function fuzzCaller({
  seed,
  cases,
  from = 0,
  names = /./,
  planted,
}: CallerOptions): Promise<CallerReport> {
  const counts = new Map<string, number>()
  const failures: string[] = []
  let count = 0
  if (cases === 0) return { cases: 0, counts, failures }
  const worlds: readonly CallerWorld[] = [
    ...(await PrismaWorld.openAll(names)),
    ...(await TypeOrmWorld.openAll(names, planted)),
  ]
  try {
    let rows: number | undefined
    const filled = new Map<CallerWorld, string>()
    for (; count < cases && failures.length === 0; count++) {
      const index = from + count
      const next = Math.floor(index / casesOfRows)
      const isNew = next !== rows
      rows = next
      await Promise.all(
        worlds.map(async (world) => {
          if (isNew) {
            await world.fill(next ^ seed)
            filled.set(world, JSON.stringify(await world.all()))
          }
          const asked = await world.ask(Random.ofCase(seed ^ 0x3c6ef372, index))
          const failure = await compare(world, asked, (what) => counts.set(what, (counts.get(what) ?? 0) + 1))
          if (failure)
            failures.push(
              `${failure}, with ${world.name}\n${JSON.stringify(asked.about)}\nrepeat: pnpm fuzz --cases 0 --seed ${seed} --caller 1 --from ${index}`,
            )
          const isChanged =
            asked.about.question.kind === 'write' && JSON.stringify(await world.all()) !== filled.get(world)
          if (isChanged) await world.fill(next ^ seed)
        }),
      )
    }
  } finally {
    for (const world of worlds) await world.close()
  }
  return { cases: count, counts, failures }
}

/** @returns what is wrong */
async function compare(world: CallerWorld, asked: Asked, note: (what: string) => void): Promise<string | undefined> {
  const { allowed, about } = asked
  const orm = world.name.split(' ')[0]!
  const before = await world.all()
  let answer: unknown
  try {
    answer = await asked.put()
    note(`${orm} answered: ${about.question.kind}`)
  } catch (error) {
    const isTyped = error instanceof ArcturusError
    if (!isTyped && !asked.isRefusal(error)) return `crash: ${error instanceof Error ? error.stack : String(error)}`
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
    note(`${orm} refused: ${String(code ?? (error as Error).name)}`)
  }
  if (allowed.size > 0 && allowed.size < docs.length) note('with some rows, but not all')
  const isHidden = (id: number): boolean => docs.includes(id) && !allowed.has(id)
  const seen = answer === undefined ? [] : asked.docsIn(answer).filter(({ id }) => isHidden(id))
  if (seen.length > 0) return `hidden rows come back: ${seen.map(({ id }) => id).join()}`
  const found = await world.all()
  const after = new Map(found.map((doc) => [doc.id, doc]))
  for (const doc of before) {
    const now = after.get(doc.id)
    if (isHidden(doc.id) && (!now || stateOf(now) !== stateOf(doc))) return `a hidden row changed: ${doc.id}`
  }
  return asked.wrong(answer, before, found)
}

/** What writes change of a document. */
export function stateOf({ slug, count, deletedAt }: Doc): string {
  return JSON.stringify([slug, count, deletedAt ?? null])
}
