/** What an operation of Prisma's models does. */
export interface Operation {
  /** What selects its rows: a key, or any `where`. Undefined if it creates rows. */
  readonly by?: 'key' | 'where'
  readonly writes?: boolean
  /** Undefined if it returns counts. */
  readonly returns?: 'row' | 'rows'
}

const operations: Readonly<Record<string, Operation>> = {
  findUnique: { by: 'key', returns: 'row' },
  findUniqueOrThrow: { by: 'key', returns: 'row' },
  findFirst: { by: 'where', returns: 'row' },
  findFirstOrThrow: { by: 'where', returns: 'row' },
  findMany: { by: 'where', returns: 'rows' },
  count: { by: 'where' },
  aggregate: { by: 'where' },
  groupBy: { by: 'where' },
  create: { writes: true, returns: 'row' },
  createMany: { writes: true },
  createManyAndReturn: { writes: true, returns: 'rows' },
  update: { by: 'key', writes: true, returns: 'row' },
  updateMany: { by: 'where', writes: true },
  updateManyAndReturn: { by: 'where', writes: true, returns: 'rows' },
  // It creates a row, too.
  upsert: { by: 'key', writes: true, returns: 'row' },
  delete: { by: 'key', writes: true, returns: 'row' },
  deleteMany: { by: 'where', writes: true },
}

/** Returns nothing about an operation that is not one of Prisma's models. */
export function operationOf(name: string): Operation {
  return (Object.hasOwn(operations, name) && operations[name]) || {}
}

export type ReadOperation =
  | 'findUnique'
  | 'findUniqueOrThrow'
  | 'findFirst'
  | 'findFirstOrThrow'
  | 'findMany'
  | 'count'
  | 'aggregate'
  | 'groupBy'

const page = ['where', 'orderBy', 'cursor', 'take', 'skip']
const shape = ['select', 'include', 'omit', 'relationLoadStrategy']
const aggregates = ['_count', '_avg', '_sum', '_min', '_max']

/** The arguments of `findMany`, and of a relation in `include` and `select`. */
export const listArguments: readonly string[] = [...page, 'distinct', ...shape]

/** The operations of an authorized client that read, and the arguments that each takes. */
export const readArguments: Readonly<Record<ReadOperation, readonly string[]>> = {
  findUnique: ['where', ...shape],
  findUniqueOrThrow: ['where', ...shape],
  findFirst: listArguments,
  findFirstOrThrow: listArguments,
  findMany: listArguments,
  count: [...page, 'select'],
  aggregate: [...page, ...aggregates],
  groupBy: ['where', 'orderBy', 'by', 'having', 'take', 'skip', ...aggregates],
}

export function isReadOperation(name: string): name is ReadOperation {
  return Object.hasOwn(readArguments, name)
}
