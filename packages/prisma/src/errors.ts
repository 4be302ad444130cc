import { ArcturusError, RelationNotLoadedError, type Wanted } from '@arcturus/core/filters'

/** The Prisma schema is invalid, does not describe the client or database, or is not available. */
export class PrismaSchemaError extends ArcturusError {
  static override get brand(): string {
    return 'PrismaSchemaError'
  }
}

/** An authorization filter reached a query that no extension resolves. The query was not sent. */
export class UnresolvedFilterError extends ArcturusError {
  static override get brand(): string {
    return 'UnresolvedFilterError'
  }
}

/** An operation that a filter can't guard, such as `create`. */
export class UnsupportedOperationError extends ArcturusError {
  static override get brand(): string {
    return 'UnsupportedOperationError'
  }
}

/** A relation has more rows than the limit of its load. */
export class TooManyRowsError extends RelationNotLoadedError {
  static override get brand(): string {
    return 'TooManyRowsError'
  }

  constructor({ name, model, most }: Wanted) {
    super('relation-not-loaded', `The relation "${name}" of this ${model} has more than ${most} rows.`, {
      data: { model, relation: name },
    })
  }
}
