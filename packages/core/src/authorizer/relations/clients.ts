import { ArgumentError, RelationNotLoadedError } from '../../errors.js'
import type { Model } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { sourceOf } from '../../schema/sources.js'
import type { Load } from '../../schema/wanted.js'
import { entryOf } from '../../values/entryOf.js'

/** A client of a database, whose rows have `source` as their source. */
interface Client {
  readonly source: object
  readonly load: Load
  /** Whether the client can still be used. */
  readonly isOpen: () => boolean
}

/** The part of an authorizer that registers models. */
interface Registry {
  readonly schema: Schema
  registerModels(models: readonly Model[], load: Load): unknown
}

const loads = new WeakMap<object, Load>()
const clients = new WeakMap<Registry, Map<string, Client | 'several'>>()

/**
 * Registers the models of a client. Clients of several databases can share an authorizer, one database for each tenant:
 * a relation is loaded from the database that its row is from. A row of no known database is of the only client of its
 * model.
 * @throws ArgumentError `duplicate-class-name` if another client has a model of the same name with other fields.
 */
export function registerClient(authorizer: Registry, models: readonly Model[], client: Client): void {
  const known = entryOf(clients, authorizer, () => new Map<string, Client | 'several'>())
  loads.set(client.source, client.load)
  const load: Load = async (wanted) => {
    const { object, model = '', name } = wanted
    const only = known.get(model)
    const own = loads.get(sourceOf(object) ?? {}) ?? (only === 'several' ? undefined : only?.load)
    if (own) return await own(wanted)
    throw new RelationNotLoadedError(
      'relation-not-loaded',
      `The relation "${name}" of this ${model} is not loaded: several clients have the model, and none returned the row.`,
      { hint: 'read the row by `rows` of the client of its database', data: { model, relation: name } },
    )
  }
  for (const model of models) {
    const { name } = model
    const other = known.get(name)
    const isShared = other === 'several' || other?.isOpen()
    const before = authorizer.schema.models.get(name)
    // To register a model again has the policy compiled again.
    if (!isShared || !before || before.class !== model.class) authorizer.registerModels([model], load)
    else if (textOf(before) !== textOf(model))
      throw new ArgumentError('duplicate-class-name', `Another client has a model "${name}" with other fields.`, {
        hint: 'pass the same options for each client of one schema, or create an Authorizer for each schema',
        data: { name },
      })
    known.set(name, isShared ? 'several' : client)
  }
}

/** Returns a text that models with the same fields share. */
function textOf({ key, fields }: Model): string {
  return JSON.stringify([key, ...fields.values()], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}
