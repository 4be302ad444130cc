import { compilePolicy } from '@arcturus/compile'
import { ArcturusError, Authorizer, type Filter, UnsupportedFilterError } from '@arcturus/core'
import type { Definite } from '@arcturus/core/filters'
import * as runtime from '@arcturus/core/internal/runtime'
import type { CompiledAuthorizer } from '@arcturus/core/runtime'
import { DefiniteRows } from './definiteRows.js'
import { makeJson, withoutCopies } from './json.js'
import { type Arrange, areEqualValues, makeObjects, type Objects, register } from './objects.js'
import { printPolicy } from './policyTree.js'
import type { Case } from './randomCase.js'
import { missesValues, wholeWorld } from './world.js'

type MachineOnly = ReturnType<typeof compilePolicy>['machineOnly']

/** What an evaluator says of a row. */
export type Outcome = 'true' | 'false' | { readonly error: string; readonly message: string }

export function isTrue(outcome: Outcome): boolean {
  return outcome === 'true'
}

export function showOutcome(outcome: Outcome): string {
  return typeof outcome === 'string' ? outcome : `error ${outcome.error}`
}

/** The outcome with all that is known of it. */
export function explain(outcome: Outcome): string {
  return typeof outcome === 'object' ? `${showOutcome(outcome)} (${outcome.message})` : outcome
}

/** How a filter is evaluated for a row; planted faults put another in its place. */
export interface FilterEvaluator {
  prepare(filter: Filter, authorizer: Authorizer): { matches(row: object): boolean }
}

/** The condition's function over rows in memory. */
export const inMemory: FilterEvaluator = {
  prepare: (filter) => ({ matches: (row) => filter.matches(row) }),
}

/** What printers are given. */
export const asDefinite: FilterEvaluator = {
  prepare(filter, authorizer) {
    const definite: Definite = filter.definite()
    const rows = new DefiniteRows(authorizer.schema)
    return { matches: (row) => rows.holds(definite, row) }
  },
}

/** A case with its objects and authorizers that hold its policy, each made when it is asked first. */
export class Prepared {
  readonly asked: Case
  readonly objects: Objects
  readonly #loaded = new Map<string, Authorizer>()
  readonly #texts: readonly string[]
  #compiled: ReturnType<typeof moduleOf> | undefined

  /**
   * @param arrange - The order of collections. Default: as in the world.
   * @param texts - The texts of the policy's files. Default: one file.
   */
  constructor(asked: Case, arrange?: Arrange, texts: readonly string[] = [printPolicy(asked.policy)]) {
    this.asked = asked
    this.#texts = texts
    const { world, json } = asked
    const whole = wholeWorld(world)
    if (json) this.objects = makeJson(world, json, makeObjects(withoutCopies(whole)), arrange)
    else {
      const objects = makeObjects(world, arrange)
      const isPartial = world.rows.some(missesValues)
      this.objects = isPartial ? { ...objects, stored: makeObjects(whole, undefined, objects).rows } : objects
    }
  }

  get machine(): Authorizer {
    return this.#load('machine')
  }

  /** Its predicates are closures; those of `source` are written as JavaScript. */
  get predicates(): Authorizer {
    return this.#load('closures')
  }

  get source(): Authorizer {
    return this.#load('source')
  }

  /** The policy as a module, which asks no machine. */
  get module(): CompiledAuthorizer {
    return this.#module.module
  }

  get machineOnly(): MachineOnly {
    return this.#module.machineOnly
  }

  get #module(): ReturnType<typeof moduleOf> {
    this.#compiled ??= moduleOf(this.asked, this.source)
    return this.#compiled
  }

  /** @throws PolicyError for a policy that can't be loaded. */
  #load(evaluator: 'machine' | 'closures' | 'source'): Authorizer {
    let authorizer = this.#loaded.get(evaluator)
    if (!authorizer) {
      authorizer = loaded(this.asked, this.objects, evaluator, this.#texts)
      this.#loaded.set(evaluator, authorizer)
    }
    return authorizer
  }
}

/** The policy of an authorizer as an application runs it that imports what was compiled, with the same world. */
function moduleOf(
  { actors, world }: Case,
  authorizer: Authorizer,
): {
  readonly module: CompiledAuthorizer
  readonly machineOnly: MachineOnly
} {
  const { schema } = authorizer
  const models = actors.flatMap((actor) => (actor === null ? [] : [world.rows[actor]!.model]))
  const { code, machineOnly } = compilePolicy(authorizer, { actors: [...new Set(models)] })
  const body = code.replace(/^import (.*) from .*$/m, 'const $1 = runtime').replace(/^export const/m, 'const')
  const classes = Object.fromEntries([...schema.models.values()].map((model) => [model.name, model.class!]))
  // the text makes just this
  const create = new Function('runtime', `${body}\nreturn createAuthorizer`)(runtime) as (
    world: runtime.World,
  ) => CompiledAuthorizer
  return {
    module: create({
      classes,
      constants: Object.fromEntries(schema.constants),
      ...(world.habits ? { equality: areEqualValues } : {}),
    }),
    machineOnly,
  }
}

/** What ends a query must not depend on how busy the machine is. */
export const withoutTime = { syncTime: Number.POSITIVE_INFINITY, asyncTime: Number.POSITIVE_INFINITY } as const

/** Random policies print, and have rules and names that no policy of a person has. */
export const quiet = { print: () => {}, log: () => {} } as const

function loaded(
  asked: Case,
  objects: Objects,
  evaluator: 'machine' | 'closures' | 'source',
  texts: readonly string[],
): Authorizer {
  const own = asked.world.habits ? { equality: areEqualValues } : {}
  const authorizer = new Authorizer({ evaluator, ...quiet, ...own, limits: withoutTime, actions: asked.actions })
  register(authorizer, asked.world, objects)
  tagRows(authorizer, asked, objects)
  authorizer.loadSync(...texts)
  return authorizer
}

/** Says of rows that are plain objects what they are: of those at the top alone. */
function tagRows(authorizer: Authorizer, { json, world }: Case, { rows, stored }: Objects): void {
  if (!json) return
  const { as } = json.byAuthorizer ? { as: authorizer.as.bind(authorizer) } : runtime
  for (const [index, { model }] of world.rows.entries()) {
    as(model, rows[index]!)
    if (stored) runtime.as(model, stored[index]!)
  }
}

export function actorOf({ objects }: Pick<Prepared, 'objects'>, actor: number | null): unknown {
  return actor === null ? null : objects.rows[actor]
}

export function check(authorizer: Pick<Authorizer, 'can'>, actor: unknown, action: string, row: unknown): Outcome {
  return outcomeOf(() => authorizer.can(actor, action, row))
}

/** An answer, or a typed error; what is not typed is a fault of this project. */
export function outcomeOf(ask: () => boolean): Outcome {
  try {
    return ask() ? 'true' : 'false'
  } catch (error) {
    if (error instanceof ArcturusError) return { error: error.code, message: error.summary }
    throw error
  }
}

/** Why a filter was refused; undefined for an error that is no refusal. */
export function refusal(error: unknown): string | undefined {
  if (error instanceof ArcturusError && error.code === 'filter-too-large') return error.code
  if (!(error instanceof UnsupportedFilterError)) return undefined
  return `${error.code}: ${String(error.data?.['reason'] ?? error.summary)}`
}
