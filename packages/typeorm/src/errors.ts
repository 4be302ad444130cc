import { ArcturusError } from '@arcturus/core/filters'

/**
 * The data source is unusable: it is not initialized, or its database or one of its entities is of
 * an unsupported kind.
 */
export class TypeOrmSchemaError extends ArcturusError {
  static override get brand(): string {
    return 'TypeOrmSchemaError'
  }
}

/**
 * A filter reached a query that it was not made for, such as one for another entity. The query was
 * not sent.
 */
export class MisplacedFilterError extends ArcturusError {
  static override get brand(): string {
    return 'MisplacedFilterError'
  }
}

/** An operation that no filter can guard, such as a write built from an authorized query. */
export class UnsupportedOperationError extends ArcturusError {
  static override get brand(): string {
    return 'UnsupportedOperationError'
  }
}
