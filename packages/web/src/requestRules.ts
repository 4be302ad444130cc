import { ArcturusError } from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'
import { assertCanonical } from './requestTarget.js'
import { asciiLower, routedPath, wholePath } from './routePattern.js'

/** The method or the path of a request changed after its request-level rules were evaluated. */
export class ChangedRequestError extends ArcturusError {
  static override get brand(): string {
    return 'ChangedRequestError'
  }
  readonly status: number = 500
  readonly statusCode: number = 500
  readonly expose: boolean = false

  constructor(before: string, after: string) {
    super('changed-request', `The request-level rules allowed ${before}, but the request is now ${after}.`, {
      hint: 'put middleware that changes the method or the URL (method-override, rewrites) before authorize()',
    })
  }
}

/** How a framework routes a request. */
export interface RoutedRequest {
  readonly method: string
  /** The request targets: as it was sent and, if a middleware may change it, as it is now. */
  readonly targets: readonly string[]
  /** The whole paths that routers may see, the likeliest first. Usually there is one. */
  readonly paths: readonly string[]
  /** Which routers distinguish `/Admin` and `/admin`: none, all, or some. Default `none`. */
  readonly caseSensitive?: 'none' | 'some' | 'all' | undefined
  /** The request that the rules read. Default: the one of the framework. */
  readonly request?: object | undefined
}

/** The request-level rules (`allow_request`) of one request. */
export class RequestRules<Request> {
  readonly #routed: ((request: Request) => RoutedRequest) | undefined
  /** How the request was routed when the rules allowed it. */
  #allowed: RoutedRequest | undefined

  constructor(
    /** The authorizer, with the context of the request once it is known. */
    public authority: Authority,
    private readonly request: Request,
    routed?: (request: Request) => RoutedRequest,
  ) {
    this.#routed = routed
  }

  /** Whether the policy has such rules. */
  get exist(): boolean {
    const { policy } = this.authority
    return !policy || policy.rules.has('allow_request')
  }

  /**
   * Evaluates the rules.
   *
   * @throws {AuthorizationError} They deny the request.
   * @throws {TargetError} The path of the request is ambiguous.
   */
  async ask(actor: unknown): Promise<void> {
    this.#allowed = undefined
    const routed = this.#routed?.(this.request)
    for (const target of new Set(routed?.targets)) assertCanonical(target)
    for (const request of routed ? ruledRequests(routed.request ?? this.request, routed) : [this.request])
      await this.authority.authorizeRequest(actor, request)
    this.#allowed = routed
  }

  /** The error of a request that was changed after the rules allowed it. */
  get change(): ChangedRequestError | undefined {
    const before = this.#allowed
    const now = before && this.#routed?.(this.request)
    if (!now || (before.method === now.method && shareOne(before.paths, now.paths))) return undefined
    return new ChangedRequestError(nameOf(before), nameOf(now))
  }
}

function shareOne(before: readonly string[], now: readonly string[]): boolean {
  const known = before.map(compared)
  return now.some((path) => known.includes(compared(path)))
}

function compared(path: string): string {
  return withoutSlash(routedPath(path, true))
}

function nameOf({ method, paths: [path = ''] }: RoutedRequest): string {
  return `${method} ${path.split('?', 1)[0]}`
}

/**
 * Returns the requests that the rules must allow, all of them. Usually it is one. Servers treat
 * some different paths as one, and no rule could name them all: with and without a slash at the
 * end, and with what only some of them ignore.
 */
function ruledRequests(request: unknown, { paths, caseSensitive = 'none' }: RoutedRequest): object[] {
  const spelled = paths.flatMap(spellings)
  if (caseSensitive === 'some') spelled.push(...spelled.map(asciiLower))
  const isLower = caseSensitive === 'none'
  return [...new Set(spelled)].map((path) => view(request, path, isLower ? asciiLower(path) : path))
}

function view(request: unknown, whole: string, path: string): object {
  // Sound: a framework that routes requests has objects for them.
  return Object.create(request as object, {
    path: { value: path, enumerable: true },
    [wholePath]: { value: whole },
  })
}

function spellings(path: string): string[] {
  const sent = routedPath(path, true)
  return [sent, loose(sent)].flatMap((one) => [one, withoutSlash(one)])
}

/**
 * Returns a path as the servers read it that decode more than routers: reserved characters, and
 * parameters (`;name=value`), spaces and dots at the end of a segment.
 */
function loose(path: string): string {
  return path
    .replace(/%(?:2[146789abc]|3[ad]|40)/gi, decodeURIComponent)
    .replace(/(?<!\.|%20)(?:\.|%20)*(?:(?:;|%3b)[^/]*)?(?=\/|$)/gi, '')
    .replace(/\/+/g, '/')
}

/** Returns a path without the slash at its end. */
function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
