import type { Authorizer, Context } from '@arcturus/core'
import { showObject } from '@arcturus/core/internal/testing'

/**
 * Returns an authorizer whose questions have a context. Without one, it is the authorizer itself.
 * @throws ArgumentError `invalid-context` for an undeclared name and for a value of another type.
 */
export function inContext(authorizer: Authorizer, context: Context | undefined): Authorizer {
  return context === undefined ? authorizer : authorizer.with(context)
}

/** Returns a value of a context as TypeScript, such as `{ now: new Date("2030-01-31T09:00:00.000Z") }`. */
export function contextText(schema: Authorizer['schema'], value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Date) return `new Date(${JSON.stringify(value)})`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((one) => contextText(schema, one)).join(', ')}]`
  if (schema.modelOf(value)) return showObject(schema, value)
  const parts = Object.entries(value).filter(([, part]) => part !== undefined)
  return `{ ${parts.map(([name, part]) => `${name}: ${contextText(schema, part)}`).join(', ')} }`
}
