import { ArcturusError } from '@arcturus/core'

/** The data source can't be used: it is not initialized, or its database or an entity is of a kind that no filter is written for. */
export class TypeOrmSchemaError extends ArcturusError {
  static override readonly brand: string = 'TypeOrmSchemaError'
}

/** A filter reached a query that it is not made for, such as one for another entity; the query was not sent. */
export class MisplacedFilterError extends ArcturusError {
  static override readonly brand: string = 'MisplacedFilterError'
}

/** An operation that no filter can guard, such as a write that is made of an authorized query. */
export class UnsupportedOperationError extends ArcturusError {
  static override readonly brand: string = 'UnsupportedOperationError'
}
