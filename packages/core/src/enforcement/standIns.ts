/** Shared by two copies of this package; only the testing entry puts something there, so no header counts outside of tests. */
const key = Symbol.for('arcturus.standIns')

/** The header that names a stand-in. */
export const standInHeader = 'x-arcturus-actor'

/** Actors that requests of tests are sent as, by the value of the header. */
export type StandIns = Map<string, unknown>

/** Those of an authorizer under test; undefined for any other. */
export function standInsOf(authorizer: object): StandIns | undefined {
  // Sound: nobody else knows the symbol.
  return (authorizer as { readonly [key]?: StandIns })[key]
}

/** Lets requests be sent as whoever a test says. */
export function acceptStandIns(authorizer: object): StandIns {
  const known = standInsOf(authorizer)
  if (known) return known
  const standIns: StandIns = new Map()
  Object.defineProperty(authorizer, key, { value: standIns })
  return standIns
}

/** Whom a request of a test is sent as; undefined where the application has to say who asks. */
export function standInFor(authorizer: object, request: unknown): { readonly actor: unknown } | undefined {
  const standIns = standInsOf(authorizer)
  if (!standIns) return undefined
  const name = headerOf(request)
  return name !== undefined && standIns.has(name) ? { actor: standIns.get(name) } : undefined
}

/** Node's requests have their headers in a record, those of the Fetch API have a method. */
function headerOf(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null || !('headers' in request)) return undefined
  const { headers } = request
  if (typeof headers !== 'object' || headers === null) return undefined
  const value: unknown =
    'get' in headers && typeof headers.get === 'function'
      ? headers.get(standInHeader)
      : Reflect.get(headers, standInHeader)
  return typeof value === 'string' ? value : undefined
}
