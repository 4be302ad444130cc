import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ArgumentError, type Authorizer, type Context } from '@arcturus/core'
import type { Field } from '@arcturus/core/internal/cli'
import { Failure, reasonOf } from '../output/failure.js'

/** Returns the row of a reference, such as `user:3`. */
type Find = (reference: string) => Promise<unknown>

/**
 * Reads the option `--context`. Values that JSON does not have are texts: dates in the form of ISO 8601, and rows as references.
 *
 * @param text - JSON, or a file with it.
 * @param cwd - The folder of the command.
 * @returns The context, for `with`, which validates the other types.
 * @throws {Failure} The file can't be read, or it is not JSON.
 * @throws {ArgumentError} `invalid-context` for a value that is no date.
 */
export async function readContext(
  { schema }: Pick<Authorizer, 'schema'>,
  text: string,
  cwd: string,
  find: Find,
): Promise<Context> {
  const read = async (value: unknown, fields: ReadonlyMap<string, Field>, path: string): Promise<unknown> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const entries = Object.entries(value).map(async ([name, one]) => {
      const field = fields.get(name)
      return [name, field ? await converted(one, field, path === '' ? name : `${path}.${name}`) : one]
    })
    return Object.fromEntries(await Promise.all(entries))
  }
  const converted = async (value: unknown, field: Field, path: string): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map((one) => converted(one, field, path)))
    if (field.kind === 'relation') {
      if (typeof value === 'string') return find(value)
      return schema.models.has(field.model) ? value : read(value, schema.typeNamed(field.model)!.fields, path)
    }
    if (field.type === 'date' && value !== null) return dateIn(value, path)
    return field.type === 'bigint' && typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value
  }
  // Sound: `with` validates it.
  return (await read(jsonIn(text, cwd), schema.context.fields, '')) as Context
}

function jsonIn(text: string, cwd: string): unknown {
  const isJson = text.trimStart().startsWith('{')
  try {
    return JSON.parse(isJson ? text : readFileSync(resolve(cwd, text), 'utf8'))
  } catch (error) {
    throw new Failure(
      `The context can't be read: ${reasonOf(error)}`,
      `pass JSON or a file with it: --context '{"now":"2030-01-31T09:00:00Z"}'`,
      error,
    )
  }
}

/** A time has its offset, so that it is the same on every machine. */
const isoDate = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

function dateIn(value: unknown, path: string): Date {
  const [text = '', year, month, day] = isoDate.exec(String(value)) ?? []
  const date = new Date(text)
  // JavaScript reads February 30 as a day of March.
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
  if (isDay && !Number.isNaN(date.getTime())) return date
  throw new ArgumentError('invalid-context', `The context "${path}" must be a date, not ${JSON.stringify(value)}.`, {
    hint: 'write it by ISO 8601, such as 2030-01-31 or 2030-01-31T09:00:00Z',
    data: { name: path, value },
  })
}
