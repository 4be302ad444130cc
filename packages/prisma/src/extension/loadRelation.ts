import { type Load, RelationNotLoadedError, type Wanted } from '@arcturus/core'
import { delegateOf, type PrismaClientLike, property } from '../schema/fromClient.js'
import type { Tables } from '../where/tables.js'

/**
 * Gets a relation that is not loaded through the client; Prisma puts calls of one tick together into one query.
 * @param client - The extended client, so that what is loaded is known as well; undefined before there is one.
 */
export function relationLoader(tables: Tables, client: () => PrismaClientLike | undefined): Load {
  return async (wanted) => {
    const { object, name, model } = wanted
    const delegate = model === undefined ? undefined : delegateOf(client() ?? {}, model)
    const key = tables.model(model)?.key ?? []
    const values = key.map((column) => property(object, column))
    if (!delegate || key.length === 0 || values.some((value) => value === undefined || value === null)) {
      throw notLoaded(wanted, 'its key is not on the row, or no client was extended')
    }
    const where = Object.fromEntries(key.map((column, index) => [column, values[index]]))
    const find = property(delegate, key.length === 1 ? 'findUnique' : 'findFirst')
    // Sound: delegates of every Prisma client have both.
    const query = find as (args: object) => PromiseLike<unknown>
    const row = await Reflect.apply(query, delegate, [{ where, select: { [name]: true } }])
    if (row === null) throw notLoaded(wanted, 'the row is gone')
    return property(row, name)
  }
}

function notLoaded({ name, model }: Wanted, why: string): RelationNotLoadedError {
  return new RelationNotLoadedError(
    'relation-not-loaded',
    `The relation "${name}" of this ${model} is not loaded, and can't be: ${why}.`,
    {
      hint: `load it with the row: include: { ${name}: true }`,
      data: { model, relation: name },
    },
  )
}
