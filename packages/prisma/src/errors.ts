import {
  ArcturusError,
  type ErrorDetails,
  RelationNotLoadedError,
  UnsupportedOperationError,
  type Wanted,
} from '@arcturus/core/internal/prisma'

/** The Prisma schema is invalid, does not describe the client or database, or is not available. */
export class PrismaSchemaError extends ArcturusError {
  static override get brand(): string {
    return 'PrismaSchemaError'
  }
}

export function schemaError(summary: string, details?: ErrorDetails): PrismaSchemaError {
  return new PrismaSchemaError('prisma-schema', summary, details)
}

export function unsupportedOperation(summary: string, details?: ErrorDetails): UnsupportedOperationError {
  return new UnsupportedOperationError('unsupported-operation', summary, details)
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
