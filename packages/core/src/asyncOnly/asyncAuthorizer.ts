import { namesOf } from '../authorizer/arguments.js'
import { Engine, type EngineParts } from '../authorizer/decisions/engine.js'
import { LateAuthorizer, type LateModules } from '../authorizer/lateAuthorizer.js'
import { defineMissing, missingIn } from '../authorizer/missingMembers.js'
import type { AuthorizerOptions } from '../authorizer/options.js'
import { chosenEvaluator } from '../authorizer/plans/evaluatorName.js'
import { late } from '../late.js'
import { own } from '../own.js'
import type { PolicyTypes, RegisteredPolicy } from '../register.js'

/** The members of `Authorizer` that this entry does not have: reading one throws. */
const missingMembers = ['filter', 'actorFilter', 'check', 'withPolicy', 'shadow'] as const

/** @deprecated Not in this entry: reading one throws. Use `Authorizer` of `@arcturus/core`. */
type MissingMembers = { readonly [Name in (typeof missingMembers)[number]]: never }

/**
 * `Authorizer` for servers that have to start fast: it imports the parser, the checks of policies, and the code of
 * predicates, filters and changes when they are first needed. With a snapshot (`loadPolicyFiles`, option `cache`) the
 * first decision needs none of them. The query machine decides until predicates are imported, which begins after a load.
 * Answers are those of `Authorizer`. Adapters of frameworks and ORMs take either.
 *
 * It does not have the methods that would need this code at once: `loadSync`, `withPolicy`, `filter`, `actorFilter`,
 * `check` and `shadow`. Use `load`, `loadFilter` and `loadActorFilter`, or `Authorizer`. Reading a missing method throws
 * ArgumentError `not-in-entry`. The first call of a method that waits for its code reads rows and data after that: do not
 * change them meanwhile. `query` can report an invalid text when its first solution is awaited.
 *
 * @example
 * ```ts
 * class User { constructor(readonly id: number) {} }
 * class Note { constructor(readonly ownerId: number) {} }
 *
 * const authorizer = new AsyncAuthorizer().registerClass(User).registerClass(Note)
 * await authorizer.load('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
 *
 * authorizer.can(new User(1), 'read', new Note(1)) // true
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the class defines all members of the interface
export class AsyncAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends LateAuthorizer<P> {
  /**
   * @param options - The options; all are optional.
   * @throws ArgumentError if an option is invalid.
   */
  constructor(options: AuthorizerOptions = {}) {
    // `with` passes the engine of the new authorizer.
    super(options instanceof Engine ? options : new Engine(options, enginePartsOf(own(options))), over, modules)
    defineMissing(AsyncAuthorizer.prototype, 'async', missingMembers)
  }

  /** @deprecated Not in this entry: it throws. Use `load`. */
  override loadSync(): never {
    throw missingIn('async', 'The method `loadSync`')
  }
}

// biome-ignore lint/correctness/noUnusedVariables: merged declarations have the same parameters
export interface AsyncAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends MissingMembers {}

const over = (engine: Engine): AsyncAuthorizer => new AsyncAuthorizer(engine)

const building = late(async () => (await import('../authorizer/policies/fullBuilding.js')).fullBuilding())
const modules: LateModules = {
  filters: late(() => import('../authorizer/filters/filters.js')),
  writing: late(() => import('../authorizer/writing.js')),
}

function enginePartsOf({ evaluator = 'auto', strict, queryRules }: AuthorizerOptions): EngineParts {
  const chosen = chosenEvaluator(evaluator)
  const predicates = (by: 'source' | 'closures') =>
    late(async () => (await import('../authorizer/plans/evaluator.js')).predicatesOf(by))
  return {
    building,
    warns: true,
    predicates: chosen === 'machine' ? undefined : predicates(chosen),
    startsWithMachine: evaluator === 'auto',
    strict,
    queryRules: namesOf(queryRules, 'queryRules'),
  }
}
