/** Arguments of a query, or of a relation that it includes. */
export type Arguments = { readonly [argument: string]: unknown }

export function isArguments(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Whether Prisma reads an object by its entries. It converts some other objects to a value before
 * it sends them.
 */
export function isLiteral(value: unknown): value is Arguments {
  return isArguments(value) && typeof value['toJSON'] !== 'function' && !('__prismaRawParameters__' in value)
}
