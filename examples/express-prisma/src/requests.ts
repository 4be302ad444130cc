/** A request that can't be meant. */
export class BadRequest extends Error {
  readonly status = 400
}

/** The id in a path; 0, which no row has, where the text is none. */
export function idIn(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : 0
}

/** A text that has to be in a body. */
export function textIn(body: unknown, name: string): string {
  const value =
    typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined
  if (typeof value !== 'string' || value.trim() === '' || value.length > 200)
    throw new BadRequest(`${name} is a text of 1 to 200 characters.`)
  return value.trim()
}
