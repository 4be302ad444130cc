/** What the body of a request says about a subject or a resource. */
export interface Stated {
  readonly type: string
  /** Undefined where it is searched for. */
  readonly id: string | undefined
  readonly properties: Properties
}

/** What the body of a request says about an action. */
export interface StatedAction {
  readonly name: string
  readonly properties: Properties
}

export type Properties = Readonly<Record<string, unknown>>

/** What a request asks, beside its subject and its resource. */
export interface Asked<Caller> {
  /** Undefined in a search for actions. */
  readonly action: StatedAction | undefined
  /** The context of the request. It is what the caller says, not what is known. */
  readonly context: Properties
  /** What `authenticate` returned. */
  readonly caller: Caller
}

/** A request that is not one of AuthZEN. Its message goes to the caller. */
export class BadRequest extends Error {
  constructor(
    message: string,
    readonly status: number = 400,
  ) {
    super(message)
  }
}

/** A page of a search, as the request asks for it. */
export interface Page {
  readonly token: string | undefined
  readonly limit: number | undefined
}

/** The most bytes of a body. */
const MAX_BODY = 1_048_576

/** Returns the JSON object in the body of a request. @throws BadRequest for any other body. */
export async function bodyOf(request: Request): Promise<Properties> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json *(;|$)/i.test(type)) throw new BadRequest('The Content-Type must be application/json.')
  const text = await textOf(request)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new BadRequest('The body is not valid JSON.')
  }
  return objectOf(body, 'The body')
}

async function textOf({ body }: Request): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  // Sound: in all runtimes a stream can be iterated over, which the types of some leave out.
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > MAX_BODY) throw new BadRequest(`The body is larger than ${MAX_BODY} bytes.`, 413)
    text += decoder.decode(part, { stream: true })
  }
  return text + decoder.decode()
}

/** Returns a part of a request: a subject or a resource. @throws BadRequest */
export function stated(body: Properties, name: 'subject' | 'resource', isSearched = false): Stated {
  const object = objectOf(body[name], `"${name}"`)
  return {
    type: textIn(object, 'type', name),
    id: isSearched ? undefined : textIn(object, 'id', name),
    properties: optional(object, 'properties', name),
  }
}

/** Returns the action of a request. @throws BadRequest */
export function statedAction(body: Properties): StatedAction {
  const object = objectOf(body['action'], '"action"')
  return { name: textIn(object, 'name', 'action'), properties: optional(object, 'properties', 'action') }
}

/** Returns the context of a request: an empty one if it has none. @throws BadRequest */
export function statedContext(body: Properties): Properties {
  return optional(body, 'context')
}

/** Returns the page that a search asks for. @throws BadRequest */
export function statedPage(body: Properties): Page {
  const { token, limit } = optional(body, 'page')
  if (token !== undefined && typeof token !== 'string') throw new BadRequest('"page.token" must be a string.')
  if (limit !== undefined && !(Number.isSafeInteger(limit) && (limit as number) > 0))
    throw new BadRequest('"page.limit" must be a positive integer.')
  return { token: token === '' ? undefined : token, limit: limit as number | undefined }
}

export function objectOf(value: unknown, name: string): Properties {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Properties
  throw new BadRequest(value === undefined ? `${name} is missing.` : `${name} must be an object.`)
}

function optional(object: Properties, name: string, of?: string): Properties {
  const value = object[name]
  return value === undefined ? {} : objectOf(value, of ? `"${of}.${name}"` : `"${name}"`)
}

function textIn(object: Properties, name: string, of: string): string {
  const value = object[name]
  if (typeof value === 'string') return value
  throw new BadRequest(value === undefined ? `"${of}.${name}" is missing.` : `"${of}.${name}" must be a string.`)
}
