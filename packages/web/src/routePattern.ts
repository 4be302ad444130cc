import { invalidArgument } from '@arcturus/core/internal/web'

/** The options of path comparison. */
export interface RoutePatternOptions {
  /**
   * Whether `/Admin` and `/admin` are different paths. Default false, as for the routers of Express
   * and Koa.
   */
  readonly caseSensitive?: boolean | undefined
}

/**
 * The property in which a request that rules read has its whole path: as it is routed, in its own
 * case. Shared by all copies of this package.
 */
export const wholePath: unique symbol = Symbol.for('arcturus.wholePath')

/**
 * The properties that hold the path of a request. Express and Koa keep the path that was sent in
 * `originalUrl`.
 */
interface Addressed {
  readonly [wholePath]?: unknown
  readonly originalUrl?: unknown
  readonly url?: unknown
  readonly path?: unknown
}

/**
 * A pattern of paths as a value of policies. It compares paths as routers do: case-insensitively,
 * without a trailing slash, and with `%61` equal to `a`. It compares the whole path of a request,
 * including the path of any mount. `/café` matches its encoded form.
 *
 * @example
 * authorizer.registerConstant(new RoutePattern('/admin/*'), 'adminPages')
 * // allow_request(user: User, request) if not adminPages.covers(request) or user.isAdmin = true;
 */
export class RoutePattern {
  readonly #segments: readonly string[]
  readonly #hasRest: boolean
  readonly #isCaseSensitive: boolean

  /**
   * @param pattern - A path such as `/admin/users`. `:name` matches any one segment. `/*` at the
   * end matches the path before it and all paths below.
   * @throws {ArgumentError} The pattern does not start with `/`, or contains `?`, `#`, or `*` in
   * another position.
   */
  constructor(pattern: string, options: RoutePatternOptions = {}) {
    this.#isCaseSensitive = options.caseSensitive ?? false
    this.#hasRest = typeof pattern === 'string' && pattern.endsWith('/*')
    const path = this.#hasRest ? pattern.slice(0, -2) || '/' : pattern
    if (typeof path !== 'string' || !path.startsWith('/') || /[*?#]/.test(path)) {
      throw invalidArgument(`Invalid route pattern ${JSON.stringify(pattern)}.`, {
        hint: "write '/admin/*' or '/documents/:id'",
      })
    }
    this.#segments = segmentsOf(routedPath(path, this.#isCaseSensitive))
  }

  /**
   * Returns whether a request's path matches the pattern.
   *
   * @param request - A request or context with `originalUrl`, `url` or `path`, or a path itself.
   * @throws {ArgumentError} The request has none of these properties.
   */
  covers(request: Addressed | string): boolean {
    const segments = segmentsOf(routedPath(urlOf(request), this.#isCaseSensitive))
    if (this.#hasRest ? segments.length < this.#segments.length : segments.length !== this.#segments.length)
      return false
    return this.#segments.every((one, at) => one === segments[at] || (one.startsWith(':') && segments[at] !== ''))
  }
}

function urlOf(request: Addressed | string): string {
  if (typeof request === 'string') return request
  const { [wholePath]: whole, originalUrl, url, path } = request ?? {}
  const found = [whole, originalUrl, url, path].find((one) => typeof one === 'string')
  if (typeof found === 'string') return found
  throw invalidArgument('The request passed to `covers` has no `originalUrl`, `url` or `path`.', {
    hint: 'pass the request: adminPages.covers(request)',
  })
}

/** Splits a path into segments. A trailing slash makes no difference. */
function segmentsOf(path: string): readonly string[] {
  const inner = path.endsWith('/') ? path.slice(1, -1) : path.slice(1)
  return inner === '' ? [] : inner.split('/')
}

/** What percent codes are read as. There are 484 spellings, and a path can have thousands. */
const codes = new Map<string, string>()

/**
 * Returns the path of a URL in the form that routers compare.
 *
 * @param url - The URL of the request line: a path with or without query, or an absolute URL.
 * @param isCaseSensitive - Whether the router is case-sensitive. If not, ASCII letters become lower
 * case. Default false.
 */
export function routedPath(url: string, isCaseSensitive = false): string {
  const [path = ''] = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)
  // Decodes only the characters that RFC 3986 calls unreserved, since they mean the same when
  // encoded: `%2F` is not a slash.
  const decoded = path.replace(/%[0-9a-f]{2}/gi, (code) => {
    let read = codes.get(code)
    if (read === undefined) {
      const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
      read = /[\w.~-]/.test(character) ? character : code.toUpperCase()
      codes.set(code, read)
    }
    return read
  })
  // A pattern contains the other characters as they are, a request contains them encoded.
  const plain = decoded.replace(/[^\x21-\x7e]+|["<>\\^`{|}[\]]+/g, encoded)
  const rooted = plain.startsWith('/') ? plain : `/${plain}`
  return isCaseSensitive ? rooted : asciiLower(rooted)
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    // Half of a surrogate pair, which no request can contain.
    return text
  }
}

/** Returns a text with its ASCII letters in lower case, as routers compare. */
export function asciiLower(text: string): string {
  // Other letters have capitals, too, whose small ones are no ASCII.
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase()
}
