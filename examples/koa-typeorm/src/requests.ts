import type { Context } from 'koa'

/** A request that can't be meant. */
export class BadRequest extends Error {
  readonly status = 400
}

/** The id in a path; 0, which no row has, where the text is none. */
export function idIn(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0
}

/** A whole number of a query, such as a page; the given one where it is left out. */
export function numberIn(ctx: Context, name: string, otherwise: number): number {
  const text = ctx.query[name]
  if (text === undefined) return otherwise
  if (typeof text !== 'string' || !/^[1-9]\d{0,5}$/.test(text))
    throw new BadRequest(`${name} is a whole number, at least 1.`)
  return Number(text)
}

/** A body of named values. */
export function bodyIn(ctx: Context): Record<string, unknown> {
  const { body } = ctx.request
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BadRequest('The body is an object of JSON.')
  // Sound: an object that is no list has values under names.
  return body as Record<string, unknown>
}

/** A text that has to be there. */
export function textIn(value: unknown, name: string, length: number): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > length)
    throw new BadRequest(`${name} is a text of 1 to ${length} characters.`)
  return value.trim()
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[], value: unknown, name: string): Word {
  const word = words.find((one) => one === value)
  if (word === undefined) throw new BadRequest(`${name} is one of ${words.join(', ')}.`)
  return word
}
