import { ArcturusError, RelationNotLoadedError } from '@arcturus/core'
import type { Wanted } from '@arcturus/core/filters'

/** What is known of the Prisma schema can't be trusted, or nothing is known of it. */
export class PrismaSchemaError extends ArcturusError {
  static override readonly brand: string = 'PrismaSchemaError'
}

/** An authorization filter reached a query for which nobody resolves it; the query was not sent. */
export class UnresolvedFilterError extends ArcturusError {
  static override readonly brand: string = 'UnresolvedFilterError'
}

/** An operation that no filter can guard, such as `create`. */
export class UnsupportedOperationError extends ArcturusError {
  static override readonly brand: string = 'UnsupportedOperationError'
}

/** There are more rows in a relation than were to be loaded. */
export class TooManyRowsError extends RelationNotLoadedError {
  static override readonly brand: string = 'TooManyRowsError'

  constructor({ name, model, most }: Wanted) {
    super('relation-not-loaded', `The relation "${name}" of this ${model} has more than ${most} rows.`, {
      data: { model, relation: name },
    })
  }
}
