/** The operations of Prisma's models that an authorized client has, and the arguments that each takes. */
export const operations = {
  findUnique: { kind: 'find', isOne: true, args: ['where', 'select', 'include', 'omit', 'relationLoadStrategy'] },
  findUniqueOrThrow: {
    kind: 'find',
    isOne: true,
    args: ['where', 'select', 'include', 'omit', 'relationLoadStrategy'],
  },
  findFirst: { kind: 'find', isOne: false, args: [] },
  findFirstOrThrow: { kind: 'find', isOne: false, args: [] },
  findMany: { kind: 'find', isOne: false, args: [] },
  count: { kind: 'count', isOne: false, args: ['where', 'orderBy', 'cursor', 'take', 'skip', 'select'] },
  aggregate: {
    kind: 'aggregate',
    isOne: false,
    args: ['where', 'orderBy', 'cursor', 'take', 'skip', '_count', '_avg', '_sum', '_min', '_max'],
  },
  groupBy: {
    kind: 'groupBy',
    isOne: false,
    args: ['where', 'orderBy', 'by', 'having', 'take', 'skip', '_count', '_avg', '_sum', '_min', '_max'],
  },
} as const

/** The arguments of `findMany`, and of a relation in `include` and `select`. */
export const listArguments = [
  'where',
  'orderBy',
  'cursor',
  'take',
  'skip',
  'distinct',
  'select',
  'include',
  'omit',
  'relationLoadStrategy',
] as const

export type ReadOperation = keyof typeof operations

export function isReadOperation(name: string): name is ReadOperation {
  return Object.hasOwn(operations, name)
}
