import { Variable } from '@arcturus/core/internal/oso'
import { authorizedFilter } from './authorizedFilter.js'
import { asCoreError, Engine } from './engine.js'
import { ForbiddenError, NotFoundError, OsoError, UnregisteredClassError } from './errors.js'
import type { Adapter } from './filter.js'
import { Polar } from './polar.js'
import type { Class, CustomError, Options } from './types.js'

/**
 * The API of the npm package `oso` 0.27. It queries the same rules (`allow`, `allow_field`,
 * `allow_request`), with the same defaults, results and errors. Intentional differences are
 * corrections of oso's mistakes.
 */
export class Oso<
  Actor = unknown,
  Action = unknown,
  Resource = unknown,
  Field = unknown,
  Request = unknown,
  Query = unknown,
> extends Polar<Query, Resource> {
  readonly #notFoundError: CustomError
  readonly #forbiddenError: CustomError
  readonly #readAction: unknown
  readonly #engine: Engine

  constructor(options: Options = {}) {
    const engine = new Engine(options)
    super(options, engine)
    this.#engine = engine
    this.#notFoundError = options.notFoundError || NotFoundError
    this.#forbiddenError = options.forbiddenError || ForbiddenError
    this.#readAction = options.readAction || 'read'
  }

  /** Returns whether the actor may do the action to the resource. */
  // Not `async`: that would make a second promise, and wait for the first.
  isAllowed(actor: Actor, action: Action, resource: Resource): Promise<boolean> {
    return this.queryRuleOnce('allow', actor, action, resource)
  }

  /**
   * Throws unless the actor may do the action to the resource.
   * @param options.checkRead - Whether actors who may not read the resource get `notFoundError`.
   * Default: true.
   * @throws the option `notFoundError` for actors who may not read it, `forbiddenError` for all
   * others.
   */
  async authorize(
    actor: Actor,
    action: Action,
    resource: Resource,
    options: { checkRead?: boolean } = {},
  ): Promise<void> {
    if (await this.queryRuleOnce('allow', actor, action, resource)) return
    const hidden =
      (options.checkRead ?? true) &&
      (action === this.#readAction || !(await this.queryRuleOnce('allow', actor, this.#readAction, resource)))
    throw hidden ? new this.#notFoundError() : new this.#forbiddenError()
  }

  /**
   * Returns the actions that the actor may do to the resource.
   * @param options.allowWildcard - Whether a rule that allows any action returns `*` instead of
   * throwing. Default: false.
   * @throws OsoError if a rule allows any action and `allowWildcard` is false.
   */
  async authorizedActions(
    actor: Actor,
    resource: Resource,
    options: { allowWildcard?: boolean } = {},
  ): Promise<Set<Action | '*'>> {
    return this.#enumerate<Action>('action', 'Actions', ['allow', actor, new Variable('action'), resource], options)
  }

  /**
   * Throws unless the actor may make the request.
   * @throws the option `forbiddenError`
   */
  async authorizeRequest(actor: Actor, request: Request): Promise<void> {
    if (!(await this.queryRuleOnce('allow_request', actor, request))) throw new this.#forbiddenError()
  }

  /**
   * Throws unless the actor may do the action to a field of the resource.
   * @throws the option `forbiddenError`
   */
  async authorizeField(actor: Actor, action: Action, resource: Resource, field: Field): Promise<void> {
    if (!(await this.queryRuleOnce('allow_field', actor, action, resource, field))) throw new this.#forbiddenError()
  }

  /**
   * Returns the fields of the resource to which the actor may do the action. The options are those
   * of `authorizedActions`.
   */
  async authorizedFields(
    actor: Actor,
    action: Action,
    resource: Resource,
    options: { allowWildcard?: boolean } = {},
  ): Promise<Set<Field | '*'>> {
    return this.#enumerate<Field>(
      'field',
      'Fields',
      ['allow_field', actor, action, resource, new Variable('field')],
      options,
    )
  }

  async #enumerate<Found>(
    name: string,
    what: string,
    [rule, ...args]: readonly [string, ...unknown[]],
    { allowWildcard = false }: { readonly allowWildcard?: boolean },
  ): Promise<Set<Found | '*'>> {
    const found = new Set<Found | '*'>()
    for await (const result of this.queryRule(rule, ...args)) {
      const value = result.get(name)
      if (value instanceof Variable) {
        if (allowWildcard) return new Set<Found | '*'>(['*'])
        throw new OsoError(`
            The result of authorized${what}() contained an "unconstrained" ${name} that could represent any ${name}, but allowWildcard was set to False. To fix, set allowWildcard to True and compare with the "*" string.
          `)
      }
      // Sound: the policy defines the types of actions and fields.
      found.add(value as Found)
    }
    return found
  }

  /**
   * Returns the adapter's query for the resources of a class to which the actor may do the action.
   * @throws UnregisteredClassError; Error `RuntimeError::DataFilteringUnsupportedOp` if the policy
   * has no equivalent filter.
   */
  async authorizedQuery(actor: Actor, action: Action, resourceClass: Class<Resource> | string): Promise<Query> {
    const host = this.getHost()
    const type = host.getType(resourceClass as Class | string)
    if (!type) throw new UnregisteredClassError(typeof resourceClass === 'string' ? resourceClass : resourceClass.name)
    try {
      const filter = await authorizedFilter(actor, action, type.name, this.#engine)
      return host.adapter.buildQuery(filter)
    } catch (error) {
      throw asCoreError(error)
    }
  }

  /**
   * Returns the resources of a class to which the actor may do the action.
   * @throws the errors of `authorizedQuery`
   */
  async authorizedResources(
    actor: Actor,
    action: Action,
    resourceClass: Class<Resource> | string,
  ): Promise<Resource[]> {
    const query = await this.authorizedQuery(actor, action, resourceClass)
    return query ? this.getHost().adapter.executeQuery(query) : []
  }

  /**
   * Sets the adapter, which builds queries from filters and runs them.
   * @throws TypeError for a function or a class that makes adapters
   */
  setDataFilteringAdapter(adapter: Adapter<Query, Resource>): void {
    if (typeof adapter === 'function' && !('buildQuery' in adapter)) {
      throw new TypeError(
        'setDataFilteringAdapter takes an adapter, such as typeOrmAdapter(dataSource) of @arcturus/typeorm/oso, not its maker.',
      )
    }
    this.getHost().adapter = adapter
  }
}
