import { ArcturusError, type ErrorDetails } from '@arcturus/core/internal/typeorm'

/**
 * The data source is unusable: it is not initialized, or its database or one of its entities is of
 * an unsupported kind.
 */
export class TypeOrmSchemaError extends ArcturusError {
  static override get brand(): string {
    return 'TypeOrmSchemaError'
  }
}

export function schemaError(summary: string, details?: ErrorDetails): TypeOrmSchemaError {
  return new TypeOrmSchemaError('typeorm-schema', summary, details)
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

export function misplacedFilter(summary: string, details?: ErrorDetails): MisplacedFilterError {
  return new MisplacedFilterError('misplaced-filter', summary, details)
}

/** An operation that no filter can guard, such as a write built from an authorized query. */
export class UnsupportedOperationError extends ArcturusError {
  static override get brand(): string {
    return 'UnsupportedOperationError'
  }
}

export function unsupportedOperation(summary: string, details?: ErrorDetails): UnsupportedOperationError {
  return new UnsupportedOperationError('unsupported-operation', summary, details)
}

export function unguardedOperation(summary: string, details?: ErrorDetails): UnsupportedOperationError {
  return new UnsupportedOperationError('unguarded-operation', summary, details)
}
