import { Random } from './random.js'
import { caseIn, type RandomCase } from './randomCase.js'
import { randomConstants } from './randomWorld.js'
import { relationalRows } from './relationalRows.js'
import { relationalSchema, type SchemaTraits } from './relationalSchema.js'
import type { ModelSpec, Storage, World } from './world.js'

/** How many policies are tried on the same rows, which are dearer to put into tables than to ask for. */
const policiesOfWorld = 40

/** How many sets of rows a schema that is made on the spot is tried with. */
const worldsOfMade = 5

const none: SchemaTraits & Storage = {
  composite: false,
  shared: false,
  lists: false,
  nilLists: false,
  subclasses: false,
  parts: false,
  deletes: false,
  linksOfComposite: false,
  mapped: false,
  native: false,
  constrained: false,
}

/** The schemas that Prisma clients are generated for, by name. What a client is of can't be made at run time. */
export const pool: Readonly<Record<string, SchemaTraits & Storage>> = {
  plain: none,
  other: { ...none, mapped: true, constrained: true },
  composite: { ...none, composite: true },
  lists: { ...none, lists: true, native: true },
  shared: { ...none, shared: true, constrained: true },
}

const others = Object.keys(pool).filter((name) => name !== 'shared')

/** The schema of the pool that has a name: always the same. */
export function pooledSchema(name: string): ReturnType<typeof relationalSchema> {
  const at = Object.keys(pool).indexOf(name)
  return relationalSchema(Random.ofCase(20, at), pool[name]!)
}

let latest: { readonly seed: number; readonly rows: number; readonly made: Relational } | undefined
let latestSchema: { readonly seed: number; readonly at: number; readonly made: Made } | undefined

interface Relational {
  readonly tables: string
  readonly world: World
}

interface Made {
  readonly models: readonly ModelSpec[]
  readonly storage: Storage
}

/** The case of a seed and an index over tables, always the same one; cases of the same rows have the same world. */
export function relationalCase(seed: number, index: number): RandomCase {
  const rows = Math.floor(index / policiesOfWorld)
  if (latest?.seed !== seed || latest.rows !== rows) latest = { seed, rows, made: relationalWorld(seed, rows) }
  const { tables, world } = latest.made
  const { asked, constructs } = caseIn(Random.ofCase(seed ^ 0x5bd1e995, index), world)
  const used = world.foreign ? ['rows that SQL wrote'] : []
  return { asked: { ...asked, tables }, constructs: new Set([...constructs, ...used]) }
}

function relationalWorld(seed: number, index: number): Relational {
  const random = Random.ofCase(seed ^ 0x27d4eb2f, index)
  // One schema in three is made on the spot, which the entities of TypeORM can be.
  const drawn = random.chance(0.35) ? 'made' : random.pick(others)
  const tables = drawn !== 'made' && Random.ofCase(seed ^ 0x38495ab5, index).chance(0.4) ? 'shared' : drawn
  const made = tables === 'made' ? madeSchema(seed, Math.floor(index / worldsOfMade)) : { models: pooledSchema(tables) }
  const isShared = made.models.some(({ fields }) => fields.some((one) => one.kind === 'one' && one.name === 'handler'))
  // Only an enforced reference replaces its row.
  const isForeign = Random.ofCase(seed ^ 0x3c6ef372, index).chance(isShared ? 0.2 : 0.5)
  const foreign = isForeign ? Random.ofCase(seed ^ 0x2545f491, index) : undefined
  const rows = relationalRows(random, made.models, foreign)
  return { tables, world: { ...made, ...rows, constants: randomConstants(random), foreign: isForeign } }
}

function madeSchema(seed: number, at: number): Made {
  if (latestSchema?.seed !== seed || latestSchema.at !== at) {
    const random = Random.ofCase(seed ^ 0x165667b1, at)
    const shared = Random.ofCase(seed ^ 0x52dce729, at).chance(0.5)
    const models = relationalSchema(random, madeTraits(random, shared))
    const storage = {
      mapped: random.chance(0.4),
      native: random.chance(0.7),
      constrained: random.chance(shared ? 0.8 : 0.5),
    }
    latestSchema = { seed, at, made: { models, storage } }
  }
  return latestSchema.made
}

function madeTraits(random: Random, shared: boolean): SchemaTraits {
  return {
    composite: random.chance(0.3),
    shared,
    // Just one database has them.
    lists: random.chance(0.2),
    nilLists: true,
    // Only tables that are made have them: the pool of Prisma's has none.
    subclasses: random.chance(0.85),
    parts: random.chance(0.5),
    deletes: random.chance(0.6),
    linksOfComposite: true,
  }
}
