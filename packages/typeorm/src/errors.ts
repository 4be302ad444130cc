import {
  ArcturusError,
  type ErrorDetails,
  UnresolvedFilterError,
  UnsupportedOperationError,
} from '@arcturus/core/internal/typeorm'

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

export function misplacedFilter(summary: string, details?: ErrorDetails): UnresolvedFilterError {
  return new UnresolvedFilterError('misplaced-filter', summary, details)
}

export function unsupportedOperation(summary: string, details?: ErrorDetails): UnsupportedOperationError {
  return new UnsupportedOperationError('unsupported-operation', summary, details)
}

export function unguardedOperation(summary: string, details?: ErrorDetails): UnsupportedOperationError {
  return new UnsupportedOperationError('unguarded-operation', summary, details)
}
