import { invalidArgument } from '../../errors.js'
import { assertNotKept, isNext } from '../../kept.js'
import type { Late } from '../../late.js'
import type { Limits } from '../../machine/index.js'
import { own } from '../../own.js'
import type { ContextValues } from '../../schema/context.js'
import type { Schema } from '../../schema/schema.js'
import { createSchema } from '../../values/builtIns.js'
import { namesOf } from '../arguments.js'
import { type AuthorizerOptions, chosenEvaluator, limitsOf } from '../options.js'
import { building, predicatesBy } from '../parts.js'
import type { Predicates } from '../plans/checkPlans.js'
import { ActivePolicy } from '../policies/activePolicy.js'
import type { PolicySource } from '../policies/loadedPolicy.js'
import { WarningLog } from '../policies/warnings.js'
import { Hosts } from '../relations/hosts.js'
import { RelationLoaders } from '../relations/relations.js'
import { Decider } from './decider.js'
import { DecisionListeners, type DecisionWatcher } from './decision.js'
import type { RequestFields } from './event.js'
import { OutlivedErrors } from './outlivedErrors.js'
import type { Question } from './question.js'

type Method = (...parameters: never[]) => unknown
type Watcher = <Answer>(method: Method, answer: Promise<Answer>) => Promise<Answer>

/** The parts that the methods of one authorizer share. */
export class Engine {
  readonly readAction: string
  readonly declaredActions: ReadonlySet<string>
  readonly queriedRules: ReadonlySet<string>
  readonly limits: Limits
  readonly schema: Schema
  readonly relations: RelationLoaders
  readonly hosts: Hosts
  readonly active: ActivePolicy
  readonly decider: Decider
  readonly listeners: DecisionListeners
  readonly warnings: WarningLog
  readonly outlived: OutlivedErrors
  /** Undefined if the machine evaluates all checks. */
  readonly predicates: Late<Predicates> | undefined
  /** Each returns the fields of the request that is being served, or undefined. */
  readonly requests: (() => RequestFields | undefined)[] = []
  /** Called before a write that no policy decides. Each throws if its request may not write yet. */
  readonly writeGuards: (() => void)[] = []
  /** Each returns the promise of an answer as the caller of the method gets it. */
  readonly watchers: Watcher[] = []
  readonly options: AuthorizerOptions
  /** The engine without a context. Those with one inherit from it. */
  readonly shared: Engine = this

  /**
   * Returns the promise of an answer for the caller of a method, which the request that is served may watch.
   * @param method - The function that was called. The place of the call is told.
   */
  watched<Answer>(method: Method, answer: Promise<Answer>): Promise<Answer> {
    return this.watchers.reduce((watched, watch) => watch(method, watched), answer)
  }

  /**
   * @param base - An engine whose schema and loaders this one shares.
   * @throws ArgumentError if an option is invalid.
   */
  constructor(given: AuthorizerOptions, base?: Engine) {
    const options = own(given)
    const { readAction = 'read', evaluator = 'auto' } = options
    this.predicates = predicatesBy(chosenEvaluator(evaluator), evaluator !== 'auto')
    if (typeof readAction !== 'string') throw invalidArgument('`readAction` must be a string.')
    this.readAction = readAction
    this.declaredActions = namesOf(options.actions, 'actions')
    this.queriedRules = namesOf(options.queryRules, 'queryRules')
    this.warnings = new WarningLog(options.log, options.strict)
    this.limits = limitsOf(options.limits)
    this.schema = base?.schema ?? createSchema()
    this.relations = base?.relations ?? new RelationLoaders(this.schema)
    this.hosts = new Hosts(this.schema, options)
    this.active = new ActivePolicy(this)
    this.outlived = new OutlivedErrors(this.warnings)
    this.listeners = new DecisionListeners(this.outlived, () => this.active.loaded)
    if (isNext()) this.listeners.add(({ actor, outcome }) => outcome === 'error' || assertNotKept(actor))
    this.decider = new Decider(this)
    this.options = options
  }

  /** Begins a question that can wait. It records what it waits for if somebody records decisions. */
  question(): Question {
    return this.decider.question(undefined, undefined, this.listeners.record())
  }

  /** Returns an engine with another policy, and with the same options, schema and loaders, that logs no warnings. */
  forOtherPolicy(sources: readonly (string | PolicySource)[], limits: Partial<Limits> = this.limits): Engine {
    const other = new Engine({ ...this.options, limits, log: () => {}, strict: false }, this)
    // A parser is there only if something has loaded a policy.
    if (!building.now) this.active.current()
    other.active.loadSync(sources)
    return other
  }

  /** Returns an engine whose questions have a context. It shares everything else with this one. */
  with(context: ContextValues): Engine {
    const { decider, listeners } = this.shared
    return this.but({ decider: decider.with(context), listeners: listeners.with(context) })
  }

  /** Returns an engine that keeps the policy that is active now. It shares everything else with this one. */
  pinned(): Engine {
    const active = this.active.pinned()
    const pinned = this.but({ active, listeners: this.shared.listeners.of(() => active.loaded) })
    Object.assign(pinned, { shared: pinned, decider: new Decider(pinned) })
    const { context } = this.decider
    return context ? pinned.with(context) : pinned
  }

  /** Returns an engine with other parts. */
  private but(parts: Partial<Engine>): Engine {
    // Sound: it inherits all fields of an engine. Copying them takes ten times as long.
    return Object.assign(Object.create(this.shared) as Engine, parts)
  }
}

/** The key of an authorizer's engine. Two copies of this package share it. */
export const engineKey: unique symbol = /* @__PURE__ */ Symbol.for('arcturus.engine')

/** Returns the engine of an authorizer; undefined for any other object. */
export function engineOf(authorizer: object): Engine | undefined {
  // Sound: only authorizers have the symbol.
  return (authorizer as { readonly [engineKey]?: Engine })[engineKey]
}

/**
 * For frameworks and tools: calls a function with each decision of an authorizer, with the rows themselves, right after
 * it is made. An error that it throws is thrown to the caller of the question. Returns a function that ends it.
 * @throws ArgumentError if `authorizer` is none.
 */
export function watchDecisions(authorizer: object, watcher: DecisionWatcher): () => void {
  const engine = engineOf(authorizer)
  if (engine) return engine.listeners.add(watcher)
  throw invalidArgument('Decisions are those of an authorizer.', { hint: 'pass an Authorizer of @arcturus/core' })
}
