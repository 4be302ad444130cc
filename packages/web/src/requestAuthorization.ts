import type {
  Action,
  ActionOn,
  ActorClient,
  ColumnsOf,
  Context,
  DecisionKind,
  FieldActionOn,
  FieldOn,
  Filter,
  ModelName,
  PatchOf,
  PolicyTypes,
  RegisteredPolicy,
} from '@arcturus/core/internal/web'
import { decisionOf, explainable, invalidArgument, namesIn, type Picked } from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'
import type { Deciding } from './deciding.js'
import { denialError, fieldsOf, reasonOf } from './denial.js'
import { failure } from './failure.js'
import { DecisionMemory } from './memory.js'

/**
 * A function that fetches the resource of a route. Each framework passes its own request or
 * context.
 */
// biome-ignore lint/suspicious/noExplicitAny: no other parameters accept every loader
export type Loader<Row = unknown> = (...parameters: any[]) => Row

/** The row that a loader returns, without null and undefined. */
export type Loaded<Row> = NonNullable<Awaited<Row>>

// biome-ignore lint/suspicious/noExplicitAny: the authorization of any request
type AnyRequest = RequestAuthorization<any, any, any>

/** What adapters do with the authorization of a request. Handlers cannot: it has no such members. */
export let ofAdapters: {
  /** The actor. Reading it does not make the response private. */
  // biome-ignore lint/suspicious/noExplicitAny: the authorization of any request
  identified<Actor>(of: RequestAuthorization<any, Actor, any>): Actor | null
  /** Sets the actor. */
  identify(of: AnyRequest, actor: unknown): void
  /** Sets the authorizer that has the context of the request. */
  decideIn(of: AnyRequest, authority: Authority, context: Context): void
  /** Stops remembering decisions, since they may change from now on. */
  forget(of: AnyRequest): void
  /** Records that a loader's row was allowed. */
  admit(of: AnyRequest, loader: Loader, row: unknown, action: string, data?: object): void
}

/**
 * The authorization of one request: decisions about its actor. Each method uses the resource of the
 * route unless another resource is passed. The methods are bound, so they can be destructured:
 * `const { authorize, can } = request.authorization`.
 */
export class RequestAuthorization<Resource = unknown, Actor = unknown, P extends PolicyTypes = RegisteredPolicy> {
  #authority: Authority
  #context: Context | undefined
  #lasting: boolean
  /** The remembered decisions of the current actor. It is dropped if the actor changes. */
  #memory: DecisionMemory | undefined
  readonly #request: Deciding
  #loaded: Map<Loader, unknown> | undefined
  #actor: Actor | null = null
  /** The client of the current actor. */
  #client: { readonly of: unknown } | undefined
  #resource: { readonly row: unknown; readonly action: string; readonly data: object | undefined } | undefined

  /** The methods themselves: callers get them bound. */
  static readonly #methods = new Map<string, (...parameters: never[]) => unknown>()

  static {
    // A method is bound when it is read, so that requests that do not read it pay nothing.
    const { prototype } = RequestAuthorization
    for (const [name, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name === 'constructor' || typeof method !== 'function') continue
      const get = function (this: RequestAuthorization): unknown {
        return method.bind(this)
      }
      Object.defineProperty(prototype, name, { get, configurable: true })
      RequestAuthorization.#methods.set(name, method)
    }
    ofAdapters = {
      identified: (of) => of.#actor,
      identify(of, actor) {
        // Decisions about one actor do not apply to another.
        if (actor !== of.#actor) {
          of.#memory = undefined
          of.#client = undefined
        }
        of.#actor = actor
      },
      decideIn(of, authority, context) {
        of.#authority = authority
        of.#context = context
        of.#memory = undefined
        of.#client = undefined
      },
      forget(of) {
        of.#lasting = false
        of.#memory = undefined
      },
      admit(of, loader, row, action, data) {
        of.#loaded ??= new Map()
        of.#loaded.set(loader, row)
        of.#resource = { row, action, data }
      },
    }
  }

  /**
   * @param lasting - Whether the request only reads, so that decisions can be remembered.
   * @param request - Receives each decision.
   */
  constructor(authority: Authority, lasting: boolean, request: Deciding) {
    this.#authority = authority
    this.#lasting = lasting
    this.#request = request
  }

  /**
   * The actor of the request, or `null` if it is anonymous. A response that depends on it is
   * `Cache-Control: private`.
   */
  get actor(): Actor | null {
    this.#request.personalize()
    return this.#actor
  }

  /** The context of the request's questions, from the option `context`; undefined if there is none. */
  get context(): Context | undefined {
    this.#request.personalize()
    return this.#context
  }

  /**
   * The store's client of the actor, made by the option `client` when it is first read.
   *
   * @throws {ArgumentError} The option is missing.
   */
  get client(): ActorClient {
    this.#request.personalize()
    this.#client ??= { of: this.#request.clientOf(this.#actor) }
    // Sound: the application declares the type of what its option returns.
    return this.#client.of as ActorClient
  }

  /**
   * The row that the last `authorize(action, loader)` of the route loaded and allowed.
   *
   * @throws {ArgumentError} The route loaded no row.
   */
  get resource(): Resource {
    this.#request.personalize()
    if (!this.#resource)
      throw invalidArgument('No resource was loaded for this route.', {
        hint: 'add authorize(action, loader) to the route',
      })
    // Sound: the framework's `authorize` put the type of this loader's row into `Resource`.
    return this.#resource.row as Resource
  }

  /**
   * The data that the last `authorize(action, loader, { patch })` of the route allowed: exactly what may be written to the
   * resource. The type has its columns only; relations are in it too if the patch has them.
   *
   * @throws {ArgumentError} The route has no `patch`.
   */
  get data(): ColumnsOf<Resource> {
    this.#request.personalize()
    const data = this.#resource?.data
    if (!data)
      throw invalidArgument('No change was authorized for this route.', {
        hint: "add the option to the route: authorize('update', loader, { patch: (request) => request.body })",
      })
    // Sound: the data are a patch of the resource.
    return data as ColumnsOf<Resource>
  }

  /**
   * Returns the row that a given loader loaded, if nested routers load several resources.
   *
   * @throws {ArgumentError} The loader did not run for this request.
   */
  resourceOf<Row>(loader: Loader<Row>): Loaded<Row> {
    this.#request.personalize()
    if (!this.#loaded?.has(loader))
      throw invalidArgument('This loader did not run for this route.', {
        hint: 'add authorize(action, loader) to the route',
      })
    // Sound: `admit` stored the row of this very loader under it, and never nil.
    return this.#loaded.get(loader) as Loaded<Row>
  }

  /**
   * Returns whether the actor may perform the action on the resource, synchronously.
   *
   * @param resource - The resource. By default the resource of the route.
   * @throws {ArcturusError} The policy fails, or it has to wait; then use `isAllowed`.
   */
  can<Row = Resource>(action: ActionOn<Row, P>, ...resource: [resource: Row] | []): boolean {
    const subject = this.#subject(resource)
    const answer = this.#authority.can(this.#actor, action, subject)
    this.#request.decided('check')
    return answer
  }

  /**
   * Returns the rows in memory on which the actor may perform the action, in their order, synchronously.
   * An empty list is a decision too.
   *
   * @throws {ArcturusError} The policy fails for one of the rows, or it has to wait.
   */
  authorizedRows<Row>(action: ActionOn<Row, P>, rows: Iterable<Row>): Row[] {
    this.#request.personalize()
    const allowed = this.#authority.authorizedRows(this.#actor, action, rows)
    this.#request.decided('check')
    return allowed
  }

  /**
   * Returns whether the actor may perform the action on the resource, and awaits promises in the
   * policy.
   *
   * @param resource - The resource. By default the resource of the route.
   */
  isAllowed<Row = Resource>(action: ActionOn<Row, P>, ...resource: [resource: Row] | []): Promise<boolean> {
    return this.#watched('isAllowed', () => this.#isAllowed(action, resource))
  }

  async #isAllowed(action: string, resource: Given): Promise<boolean> {
    const subject = this.#subject(resource)
    this.#memory ??= new DecisionMemory(this.#lasting)
    const answer = await this.#memory.answer(action, subject, () =>
      this.#authority.isAllowed(this.#actor, action, subject),
    )
    this.#request.decided('check')
    return answer
  }

  /**
   * Resolves if the actor may perform the action on the resource, and rejects otherwise.
   *
   * @param resource - The resource. By default the resource of the route.
   * @throws {AuthorizationError} With the `status` of the response: 401 for an anonymous actor, 404
   * if the actor may not read the resource, 403 otherwise.
   */
  authorize<Row = Resource>(action: ActionOn<Row, P>, ...resource: [resource: Row] | []): Promise<void> {
    const question = (subject: unknown) => this.#authority.authorize(this.#actor, action, subject)
    return this.#watched('authorize', () => this.#denying(action, resource, question))
  }

  /**
   * Returns the actions that the actor may perform on the resource. They decide nothing about the
   * content of the response, so they do not open the guard.
   *
   * @param resource - The resource. By default the resource of the route.
   */
  async authorizedActions<Row = Resource>(...resource: [resource: Row] | []): Promise<Set<ActionOn<Row, P>>> {
    const subject = this.#subject(resource)
    const actions = await this.#authority.authorizedActions(this.#actor, subject)
    this.#request.decided('actions')
    return actions
  }

  /**
   * Returns the fields on which the actor may perform the action: `authorizedFields('read')`.
   *
   * @param resource - The resource. By default the resource of the route.
   */
  async authorizedFields<Row = Resource>(
    action: FieldActionOn<Row, P>,
    ...resource: [resource: Row] | []
  ): Promise<Set<FieldOn<Row, P>>> {
    const subject = this.#subject(resource)
    const fields = await this.#authority.authorizedFields(this.#actor, action, subject)
    this.#request.decided('field')
    return fields
  }

  /**
   * Resolves if the actor may perform the action on the field of the route's resource, and rejects otherwise.
   *
   * @throws {AuthorizationError} 401 for an anonymous actor, 403 otherwise.
   */
  authorizeField(action: FieldActionOn<Resource, P>, field: FieldOn<Resource, P>): Promise<void>
  /** The same for another resource. */
  authorizeField<Row>(action: FieldActionOn<Row, P>, resource: Row, field: FieldOn<Row, P>): Promise<void>
  authorizeField(action: string, ...parameters: readonly unknown[]): Promise<void> {
    // Sound: a field that is no text is an error there.
    const field = parameters.at(-1) as string
    const question = (subject: unknown) => this.#authority.authorizeField(this.#actor, action, subject, field)
    return this.#watched('authorizeField', () => this.#denying(action, before(parameters), question, 'field'))
  }

  /**
   * Returns a copy of a row with only the fields that the actor may read; for a list, a list of
   * copies.
   *
   * @param rows - The row or the list of rows. By default the resource of the route.
   */
  async pickAuthorized(): Promise<Picked<Resource>>
  async pickAuthorized<const Rows extends object>(rows: Rows): Promise<Picked<Rows>>
  /** The same for the fields on which the actor may perform another action. */
  async pickAuthorized<const Rows extends object>(
    action: FieldActionOn<Rows extends readonly (infer Row)[] ? Row : Rows, P>,
    rows: Rows,
  ): Promise<Picked<Rows>>
  async pickAuthorized(...parameters: readonly unknown[]): Promise<unknown> {
    // Sound: `pickAuthorized` throws for an action that is no text, and for a value that is not a row.
    const action = (parameters.length > 1 ? parameters[0] : this.#authority.readAction) as string
    const subject = this.#subject(parameters.length === 0 ? [] : [parameters.at(-1)]) as object
    const picked = await this.#authority.pickAuthorized(this.#actor, action, subject)
    this.#request.decided('field')
    return picked
  }

  /**
   * Resolves if the actor may write every field that a body names, and rejects otherwise. A body
   * without fields is no decision. The action is that for which the route was authorized, and the resource that of the
   * route.
   *
   * @throws {AuthorizationError} 401 for an anonymous actor, 404 if the actor may not read the
   * resource, otherwise 403 with the names of the fields.
   */
  assertWritable(body: unknown): Promise<void>
  /** The same for another action. */
  assertWritable(action: FieldActionOn<Resource, P>, body: unknown): Promise<void>
  /** The same for another row that is written, or the class of a row that does not exist yet. */
  assertWritable<Row>(action: FieldActionOn<Row, P>, resource: Row, body: unknown): Promise<void>
  assertWritable(...parameters: readonly unknown[]): Promise<void> {
    const [action] = before(parameters)
    return this.#watched('assertWritable', () =>
      // Sound: an action that is no text is an error there.
      this.#assertWritable(parameters.at(-1), action as string | undefined, before(parameters.slice(1))),
    )
  }

  async #assertWritable(body: unknown, action: string | undefined, resource: Given): Promise<void> {
    const asked = action ?? this.#routeAction()
    if (namesIn(body).length === 0) {
      this.#subject(resource)
      return
    }
    const question = (subject: unknown) => this.#authority.assertWritable(this.#actor, asked, subject, body)
    await this.#denying(asked, resource, question, 'field')
  }

  /**
   * Returns the data to write if the actor may change the route's resource by them, and rejects otherwise. The actor must
   * be allowed the action, by default `update`, on the row before and after the change.
   *
   * @param patch - The new values, such as a body.
   * @throws {AuthorizationError} 401 for an anonymous actor, 404 if the actor may not read the
   * resource, otherwise 403, with the names of denied fields.
   * @throws {InvalidBodyError} The model has no such data.
   */
  authorizeChange<const Patch extends PatchOf<Resource>>(patch: Patch): Promise<Patch>
  /** The same for another action. */
  authorizeChange<const Patch extends PatchOf<Resource>>(action: ActionOn<Resource, P>, patch: Patch): Promise<Patch>
  /** The same for another row. */
  authorizeChange<Row, const Patch extends PatchOf<Row>>(
    action: ActionOn<Row, P>,
    resource: Row,
    patch: Patch,
  ): Promise<Patch>
  authorizeChange(...parameters: readonly unknown[]): Promise<object> {
    // Sound: other values than an action, a row and a patch are errors there.
    const [action = 'update'] = before(parameters) as readonly [action?: string]
    const question = (subject: unknown): Promise<object> =>
      this.#authority.authorizeChange(this.#actor, action, subject as object, parameters.at(-1) as object)
    return this.#watched('authorizeChange', () => this.#denying(action, before(parameters.slice(1)), question))
  }

  /**
   * Returns the data to write if the actor may create a row of them, and rejects otherwise. The default action is
   * `create`.
   *
   * @throws {AuthorizationError} 401 for an anonymous actor, otherwise 403, with the names of denied fields.
   * @throws {InvalidBodyError} The model has no such data.
   */
  authorizeCreate<const Data extends object>(model: ModelName<P>, data: Data): Promise<Data>
  /** The same for another action. */
  authorizeCreate<const Data extends object, Name extends ModelName<P>>(
    action: Action<Name, P>,
    model: Name,
    data: Data,
  ): Promise<Data>
  authorizeCreate(...parameters: readonly unknown[]): Promise<object> {
    // Sound: other values than an action, the name of a model and data are errors there.
    const action = parameters.length > 2 ? (parameters[0] as string) : 'create'
    const [model, data] = parameters.slice(-2) as [ModelName<P>, object]
    const question = () => this.#authority.authorizeCreate(this.#actor, action as never, model, data)
    return this.#watched('authorizeCreate', () => this.#denying(action, [model], question))
  }

  /**
   * Returns the filter of the rows of a model on which the actor may perform the action. Use it for
   * rows in memory: an ORM's own `authorizedFilter` takes the actor and returns the input of its
   * queries.
   */
  async filter<Name extends ModelName<P>>(action: Action<Name, P>, model: Name): Promise<Filter> {
    this.#request.personalize()
    const filter = this.#authority.eventualFilter(this.#actor, action, model)
    // An `await` takes longer than making most filters.
    const ready = filter instanceof Promise ? await filter : filter
    this.#request.decided('filter')
    return ready
  }

  #routeAction(): string {
    if (this.#resource) return this.#resource.action
    throw invalidArgument('assertWritable needs an action: the route has none.', {
      hint: "pass it: assertWritable('edit', resource, body)",
    })
  }

  #watched<Answer>(method: string, ask: () => Promise<Answer>): Promise<Answer> {
    return this.#request.watch(RequestAuthorization.#methods.get(method), ask)
  }

  async #denying<Result>(
    action: string,
    resource: Given,
    question: (subject: unknown) => Promise<Result>,
    kind: DecisionKind = 'check',
  ): Promise<Result> {
    const subject = this.#subject(resource)
    let result: Result
    try {
      result = await question(subject)
    } catch (error) {
      const reason = reasonOf(error, this.#actor)
      if (!reason) throw failure(error)
      this.#request.denied(this.#actor)
      const explanation = this.#request.explanation(reason, action)
      const { policyVersion } = this.#request
      // Sound: what has a reason is an error.
      const known = decisionOf(error as Error)
      const decision = known && this.#request.explained(known)
      const detail = decision && (await this.#request.detail(decision))
      const denial = denialError(reason, { fields: fieldsOf(error), explanation, detail, policyVersion })
      throw decision ? explainable(denial, decision) : denial
    }
    this.#request.decided(kind)
    return result
  }

  /**
   * Distinguishes a passed `undefined` from a missing argument: a row that was not found must not
   * become the route's resource.
   */
  #subject(resource: Given): unknown {
    this.#request.personalize()
    return resource.length === 0 ? this.resource : resource[0]
  }
}

/** An argument that was passed, also as undefined, or was not. */
type Given = readonly [] | readonly [unknown]

/** Returns the first of the arguments before the last one. */
function before(parameters: readonly unknown[]): Given {
  return parameters.length > 1 ? [parameters[0]] : []
}
