import { ArgumentError, type Authorizer } from '@arcturus/core'
import { type Entities, rowOf } from './entities.js'
import {
  type Asked,
  BadRequest,
  bodyOf,
  objectOf,
  type Properties,
  type Stated,
  type StatedAction,
  stated,
  statedAction,
  statedContext,
  statedPage,
} from './message.js'
import { search } from './search.js'

/** The options of `authzen`. */
export interface AuthzenOptions<Caller = unknown> {
  /**
   * The identifier of the decision point: the address below which its endpoints are, such as `https://pdp.example.com`. It
   * has no query and no fragment.
   */
  readonly url: string
  /**
   * Returns who asks, or null or undefined for a caller that may not: the answer is 401 then. A caller learns what every
   * subject may do, so let only services of your own ask.
   */
  readonly authenticate: (request: Request) => Caller | null | undefined | PromiseLike<Caller | null | undefined>
  /** The subjects, by the type that requests name. */
  readonly subjects: Readonly<Record<string, Entities<Caller>>>
  /** The resources, by the type that requests name. */
  readonly resources: Readonly<Record<string, Entities<Caller>>>
  /**
   * Returns values for the context that the policy declares (`registerContext`), from the request's context and the
   * properties of its action. Default: none.
   */
  readonly context?: (asked: Asked<Caller>) => Parameters<Authorizer['with']>[0]
  /** The most evaluations of a batch. Default 100. */
  readonly maxEvaluations?: number
  /** Called with each failure that the caller is not told of. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** Answers a request of AuthZEN's HTTP API. */
export type AuthzenHandler = (request: Request) => Promise<Response>

interface Decision {
  readonly decision: boolean
  readonly context?: { readonly error: { readonly status: number; readonly message: string } }
}

/** When a batch ends before its last evaluation. */
const ends: Readonly<Record<string, boolean | undefined>> = {
  execute_all: undefined,
  deny_on_first_deny: false,
  permit_on_first_permit: true,
}

/**
 * Returns a decision point of the AuthZEN Authorization API 1.0: evaluation, evaluations, the three searches and the
 * configuration, each at its path of the standard. It decides by the authorizer's policy on rows that the application
 * finds. What a request states of them counts for the fields in `open` alone.
 * @returns a handler of a web `Request`, which Hono, Fastify, Next.js and workers can mount, and Node.js by
 * `@hono/node-server`.
 * @throws ArgumentError `invalid-argument` for a `url` that is no identifier.
 * @see https://openid.net/specs/authorization-api-1_0.html
 * @example
 * ```ts
 * const handler = authzen(authorizer, {
 *   url: 'https://pdp.example.com',
 *   authenticate: (request) => request.headers.get('authorization') === `Bearer ${process.env.PDP_TOKEN}` || null,
 *   subjects: { user: { find: (id) => users.get(id) } },
 *   resources: { note: { find: (id) => notes.get(id) } },
 * })
 * ```
 */
export function authzen<Caller>(authorizer: Authorizer, options: AuthzenOptions<Caller>): AuthzenHandler {
  const point = new DecisionPoint(authorizer, options)
  return (request) => point.answer(request)
}

type Endpoint<Caller> = (body: Properties, caller: Caller) => Promise<object>

class DecisionPoint<Caller> {
  readonly #configuration: Readonly<Record<string, string>>
  readonly #configurationPath: string
  readonly #endpoints: ReadonlyMap<string, Endpoint<Caller>>

  constructor(
    private readonly authorizer: Authorizer,
    private readonly options: AuthzenOptions<Caller>,
  ) {
    const url = URL.canParse(options.url) ? new URL(options.url) : undefined
    const isSafe = url?.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '')
    if (!url || !isSafe || /[?#]/.test(options.url))
      throw new ArgumentError('invalid-argument', '`url` must be an https address without a query and a fragment.', {
        hint: 'pass the address that callers use, such as "https://pdp.example.com"',
      })
    const path = url.pathname.replace(/\/$/, '')
    const endpoints: readonly (readonly [name: string, path: string, endpoint: Endpoint<Caller>])[] = [
      ['access_evaluation_endpoint', '/access/v1/evaluation', (...asked) => this.#evaluation(...asked)],
      ['access_evaluations_endpoint', '/access/v1/evaluations', (...asked) => this.#evaluations(...asked)],
      ['search_subject_endpoint', '/access/v1/search/subject', (...asked) => this.#search('subject', ...asked)],
      ['search_resource_endpoint', '/access/v1/search/resource', (...asked) => this.#search('resource', ...asked)],
      ['search_action_endpoint', '/access/v1/search/action', (...asked) => this.#searchAction(...asked)],
    ]
    this.#endpoints = new Map(endpoints.map(([, below, endpoint]) => [path + below, endpoint]))
    this.#configurationPath = `/.well-known/authzen-configuration${path}`
    const addresses = endpoints.map(([name, below]) => [name, url.origin + path + below])
    this.#configuration = { policy_decision_point: url.origin + path, ...Object.fromEntries(addresses) }
  }

  async answer(request: Request): Promise<Response> {
    const id = request.headers.get('x-request-id')
    const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    if (id !== null) headers.set('x-request-id', id)
    const send = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers })
    try {
      const { pathname } = new URL(request.url)
      const isConfiguration = pathname === this.#configurationPath
      const endpoint = this.#endpoints.get(pathname)
      if (!endpoint && !isConfiguration) return send(404, 'There is no such endpoint.')
      const method = isConfiguration ? 'GET' : 'POST'
      if (request.method !== method) {
        headers.set('allow', method)
        return send(405, `The method must be ${method}.`)
      }
      if (!endpoint) return send(200, this.#configuration)
      const caller = await this.options.authenticate(request)
      if (caller === null || caller === undefined) return send(401, 'The caller is not authenticated.')
      return send(200, await endpoint(await bodyOf(request), caller))
    } catch (error) {
      if (error instanceof BadRequest) return send(error.status, error.message)
      this.#tell(error)
      return send(500, 'The decision failed.')
    }
  }

  #tell(error: unknown): void {
    const { onError = console.error } = this.options
    onError(error)
  }

  async #evaluation(body: Properties, caller: Caller): Promise<Decision> {
    return { decision: await this.#decide(body, caller, new Map()) }
  }

  async #evaluations(body: Properties, caller: Caller): Promise<object> {
    const { evaluations, options } = body
    if (evaluations === undefined) return this.#evaluation(body, caller)
    if (!Array.isArray(evaluations)) throw new BadRequest('"evaluations" must be an array.')
    if (evaluations.length === 0) return this.#evaluation(body, caller)
    const { maxEvaluations = 100 } = this.options
    if (evaluations.length > maxEvaluations) throw new BadRequest(`There are more than ${maxEvaluations} evaluations.`)
    const { evaluations_semantic: semantic = 'execute_all' } =
      options === undefined ? {} : objectOf(options, '"options"')
    if (typeof semantic !== 'string' || !Object.hasOwn(ends, semantic))
      throw new BadRequest('"options.evaluations_semantic" is unknown.')
    const found: Found = new Map()
    const decisions: Decision[] = []
    for (const each of evaluations) {
      const decision = await this.#oneOf(body, each, caller, found)
      decisions.push(decision)
      if (decision.decision === ends[semantic]) break
    }
    return { evaluations: decisions }
  }

  /** Returns the decision about one evaluation of a batch, which ends none of the others. */
  async #oneOf(body: Properties, each: unknown, caller: Caller, found: Found): Promise<Decision> {
    try {
      const own = objectOf(each, 'An evaluation')
      const asked: Record<string, unknown> = { context: body['context'], ...own }
      for (const name of ['subject', 'action', 'resource']) asked[name] = merged(body[name], own[name])
      return { decision: await this.#decide(asked, caller, found) }
    } catch (error) {
      const isBad = error instanceof BadRequest
      if (!isBad) this.#tell(error)
      const [status, message] = isBad ? [error.status, error.message] : [500, 'The decision failed.']
      return { decision: false, context: { error: { status, message } } }
    }
  }

  async #decide(body: Properties, caller: Caller, found: Found): Promise<boolean> {
    const subject = stated(body, 'subject')
    const action = statedAction(body)
    const resource = stated(body, 'resource')
    const asked = { action, context: statedContext(body), caller }
    const [actor, row] = [
      await this.#find('subject', subject, asked, found),
      await this.#find('resource', resource, asked, found),
    ]
    return actor !== undefined && row !== undefined && this.#allows(this.#with(asked), actor, action, row)
  }

  async #search(side: Side, body: Properties, caller: Caller): Promise<object> {
    const isSubject = side === 'subject'
    const searched = stated(body, side, true)
    const known = stated(body, isSubject ? 'resource' : 'subject')
    const action = statedAction(body)
    const asked = { action, context: statedContext(body), caller }
    const page = statedPage(body)
    const entities = this.#entities(side, searched.type)
    const other = await this.#find(isSubject ? 'resource' : 'subject', known, asked, new Map())
    if (!entities || other === undefined) return { results: [] }
    const authorizer = this.#with(asked)
    const permitted = async (rows: readonly object[]): Promise<readonly object[]> => {
      const allowed: object[] = []
      for (const row of rows)
        if (
          await (isSubject
            ? this.#allows(authorizer, row, action, other)
            : this.#allows(authorizer, other, action, row))
        )
          allowed.push(row)
      return allowed
    }
    const listing = { ...asked, authorizer, other }
    const found = await search({ entities, page, body, listing, permitted })
    return { results: found.ids.map((id) => ({ type: searched.type, id })), page: found.page }
  }

  async #searchAction(body: Properties, caller: Caller): Promise<object> {
    const subject = stated(body, 'subject')
    const resource = stated(body, 'resource')
    const asked = { action: undefined, context: statedContext(body), caller }
    const [actor, row] = [await this.#find('subject', subject, asked), await this.#find('resource', resource, asked)]
    if (actor === undefined || row === undefined) return { results: [] }
    const names = await this.#with(asked).authorizedActions(actor, row)
    return { results: [...(names as Set<string>)].sort().map((name) => ({ name })) }
  }

  #entities(side: Side, type: string): Entities<Caller> | undefined {
    const all = this.options[`${side}s`]
    return Object.hasOwn(all, type) ? all[type] : undefined
  }

  /** Returns the row that a request names; undefined if there is none. A batch finds each once. */
  async #find(side: Side, named: Stated, asked: Asked<Caller>, found: Found = new Map()): Promise<object | undefined> {
    const entities = this.#entities(side, named.type)
    if (!entities) return undefined
    const key = JSON.stringify([side, named, asked.action, asked.context])
    if (!found.has(key)) found.set(key, rowOf(this.authorizer, entities, named, asked))
    return found.get(key)
  }

  /** Returns the authorizer with the context of a request. */
  #with(asked: Asked<Caller>): Authorizer {
    const { context } = this.options
    return context ? this.authorizer.with(context(asked)) : this.authorizer
  }

  /** An action that the policy does not name is denied. */
  async #allows(authorizer: Authorizer, actor: object, { name }: StatedAction, row: object): Promise<boolean> {
    try {
      return await authorizer.isAllowed(actor, name, row)
    } catch (error) {
      if (error instanceof ArgumentError && error.code === 'unknown-action') return false
      throw error
    }
  }
}

type Side = 'subject' | 'resource'
type Found = Map<string, Promise<object | undefined>>

/** Returns an entity of an evaluation: its own, whose type, id and name are those of the request where it has none. */
function merged(common: unknown, own: unknown): unknown {
  if (typeof own !== 'object' || own === null) return own === undefined ? common : own
  const { type, id, name } = (typeof common === 'object' && common !== null ? common : {}) as Properties
  return Object.fromEntries(Object.entries({ type, id, name, ...own }).filter(([, value]) => value !== undefined))
}
