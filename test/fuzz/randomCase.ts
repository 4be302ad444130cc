import { withHabits } from './habits.js'
import { type JsonForm, randomJsonForm } from './json.js'
import type { PolicyTree } from './policyTree.js'
import { Random } from './random.js'
import { randomPolicy } from './randomPolicy.js'
import { randomWorld } from './randomWorld.js'
import { descendantsOf, keyOf, type World } from './world.js'

/** A question put to every evaluator: which rows of a model may these actors see, by this policy. */
export interface Case {
  readonly world: World
  readonly policy: PolicyTree
  /** Rows of the world, or nobody. */
  readonly actors: readonly (number | null)[]
  readonly actions: readonly string[]
  readonly model: string
  /**
   * For a case whose rows are those of tables: the schema of the pool that they have, or `made` for one that was made for the
   * case. Undefined for objects in memory, which need not be what a database can hold.
   */
  readonly tables?: string
  /** Of objects in memory: how they are plain objects. Undefined where they are instances of classes. */
  readonly json?: JsonForm
}

export interface RandomCase {
  readonly asked: Case
  readonly constructs: ReadonlySet<string>
}

/** The case of a seed and an index, always the same one, in a world with habits or in one that a table could hold. */
export function randomCase(seed: number, index: number, hasHabits = true): RandomCase {
  const random = Random.ofCase(seed, index)
  const plain = randomWorld(random)
  const world = hasHabits ? withHabits(Random.ofCase(seed ^ 0x1b873593, index), plain) : plain
  const { asked, constructs } = withUsedHabits(caseIn(random, world))
  if (!random.chance(0.5)) return withUndeclared(random, { asked, constructs })
  // Instance checks of the application get no plain objects.
  if (asked.world.habits?.instances) return { asked, constructs }
  const json = randomJsonForm(random)
  const used = ['rows as plain objects', ...(json.tables ? ['plain objects of tables'] : [])]
  return { asked: { ...asked, json }, constructs: new Set([...constructs, ...used]) }
}

function withUsedHabits({ asked, constructs }: RandomCase): RandomCase {
  const { untyped, computed, instances, promised } = asked.world.habits ?? {}
  const used = [
    ...(untyped ? ['fields of any type'] : []),
    ...(computed ? ['computed attributes'] : []),
    ...(instances ? ['own instance tests'] : []),
    ...(promised ? ['promised attributes'] : []),
  ]
  return { asked, constructs: new Set([...constructs, ...used]) }
}

/** The case, sometimes with models whose fields nobody declares: mostly whole families of classes. */
function withUndeclared(random: Random, { asked, constructs }: RandomCase): RandomCase {
  if (!random.chance(0.5)) return { asked, constructs }
  const { world } = asked
  const roots = world.models.filter(({ parent }) => parent === undefined)
  const chosen = random.sample(roots, random.integer(1, roots.length)).flatMap(({ name }) => descendantsOf(world, name))
  const undeclared = random.chance(0.7) ? chosen : chosen.filter(() => random.chance(0.7))
  return {
    asked: { ...asked, world: { ...world, undeclared } },
    constructs: new Set([...constructs, 'undeclared fields']),
  }
}

/** How often rows of a model are asked about, in a world that has it. */
const weights = { Repo: 5, Issue: 4, Org: 1, User: 1, Membership: 0.5, Bug: 1, Crash: 0.5, Task: 0.5, Admin: 0.3 }

/** A question about the rows of a world. */
export function caseIn(random: Random, world: World): RandomCase {
  const known = Object.entries(weights).filter(([name]) => world.models.some((one) => one.name === name))
  const model = random.weighted(Object.fromEntries(known))
  const { tree, constructs } = randomPolicy(random, world, model)
  const family = descendantsOf(world, 'User')
  const users = world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
  const actors: (number | null)[] = random.sample(users, 2)
  if (random.chance(0.12)) actors.push(null)
  const actions = ['read', ...(random.chance(0.2) ? ['edit'] : []), ...(random.chance(0.06) ? ['unheard'] : [])]
  const used = new Set(constructs)
  if (actors.includes(null)) used.add('nobody as actor')
  if (keyOf(world, model).length > 1) used.add('key of two fields')
  if (descendantsOf(world, model).length > 1) used.add('model with a subclass')
  return { asked: { world, policy: tree, actors, actions, model }, constructs: used }
}
