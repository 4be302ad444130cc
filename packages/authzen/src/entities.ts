import type { Authorizer } from '@arcturus/core'
import type { Asked, Stated, StatedAction } from './message.js'

/** What a list of a search is for. */
export interface Listing<Caller> extends Asked<Caller> {
  /** The authorizer with the context of the request, for a filter of the permitted rows. */
  readonly authorizer: Authorizer
  /** The row that was found for the other side: the subject in a search for resources, and the other way round. */
  readonly other: object
  /** What the rows must permit. */
  readonly action: StatedAction
  /** The id of the last row of the page before; undefined for the first page. */
  readonly after: string | undefined
  /** The most rows to return. */
  readonly limit: number
}

/** The subjects or the resources of one type. */
export interface Entities<Caller = unknown> {
  /** The name of the model, for rows that have no registered class. */
  readonly model?: string
  /** Returns the row with an id; null or undefined if there is none. */
  readonly find: (
    id: string,
    asked: Asked<Caller>,
  ) => object | null | undefined | PromiseLike<object | null | undefined>
  /**
   * Returns rows in the order of their ids, after the row with the id `after`, and at most `limit`. Fewer mean that there
   * are no more. A filter of the permitted rows makes it fast; all rows are right, too, since each is checked.
   * Default: this type can't be searched for.
   */
  readonly list?: (listing: Listing<Caller>) => Iterable<object> | PromiseLike<Iterable<object>>
  /** Returns the id of a row. Default: its field `id`, as a string. */
  readonly id?: (row: object) => string
  /** The fields whose values the caller may state in `properties`. They replace those of the row. Default: none. */
  readonly open?: readonly string[]
}

/** Returns the row that a request names, with the values that its caller may state; undefined if there is none. */
export async function rowOf<Caller>(
  authorizer: Authorizer,
  entities: Entities<Caller>,
  { properties, id }: Stated,
  asked: Asked<Caller>,
): Promise<object | undefined> {
  const found = await entities.find(id!, asked)
  if (found === null || found === undefined) return undefined
  const row = asRow(authorizer, entities, found)
  const opened = (entities.open ?? []).filter((name) => Object.hasOwn(properties, name))
  if (opened.length === 0) return row
  const prototype = Object.getPrototypeOf(row)
  const copy = Object.assign(
    Object.create(prototype),
    row,
    Object.fromEntries(opened.map((name) => [name, properties[name]])),
  )
  const model = authorizer.modelOf(row)
  return authorizer.modelOf(copy) === model || model === undefined ? copy : authorizer.as(model, copy)
}

/** Returns a row of the application as a row of its model. */
export function asRow<Caller>(authorizer: Authorizer, { model }: Entities<Caller>, row: object): object {
  return model === undefined || authorizer.modelOf(row) !== undefined ? row : authorizer.as(model, row)
}

/** Returns the id of a row. */
export function idOf<Caller>(entities: Entities<Caller>, row: object): string {
  return entities.id ? entities.id(row) : String(Reflect.get(row, 'id'))
}
