import { BaseAuthorizer } from '../authorizer/baseAuthorizer.js'
import type { BaseOptions } from '../authorizer/baseOptions.js'
import { Engine, type EngineParts } from '../authorizer/decisions/engine.js'
import { defineMissing, missingIn } from '../authorizer/missingMembers.js'
import { predicatesBy } from '../authorizer/plans/predicates.js'
import { buildingWith } from '../authorizer/policies/building.js'
import { invalidArgument } from '../errors.js'
import { present } from '../late.js'
import { own } from '../own.js'
import { errorChecks } from '../policy/checks/errors.js'
import { compileClosures } from '../predicate/interpret/interpret.js'
import type { BackEnd } from '../predicate/predicate.js'
import type { PolicyTypes, RegisteredPolicy } from '../register.js'

export interface CheckAuthorizerOptions extends BaseOptions {
  /**
   * The back end that evaluates checks: `closures` or `machine`. The default, `auto`, starts with the
   * machine, and uses closures from the fourth check of a kind on.
   */
  readonly evaluator?: 'auto' | 'closures' | 'machine'
}

/** The members of `Authorizer` that this entry does not have: reading one throws. */
const missingMembers = [
  'filter',
  'loadFilter',
  'eventualFilter',
  'extent',
  'actorFilter',
  'loadActorFilter',
  'assertWritable',
  'authorizeChange',
  'authorizeCreate',
  'shadow',
  'withPolicy',
  'queryRules',
  'check',
] as const

/** @deprecated Not in this entry: reading one throws. Use `Authorizer` of `@arcturus/core`. */
type MissingMembers = { readonly [Name in (typeof missingMembers)[number]]: never }

/**
 * Decides checks as `Authorizer` does, with the same answers, in about three quarters of the size:
 * for browsers that load a policy at run time. A policy with an error is refused here too.
 *
 * It does not have:
 * - filters: `filter`, `loadFilter`, `extent`, `actorFilter`, and `assertWritable`, which uses one;
 * - warnings of likely mistakes in a policy, such as a misspelt field or role: the policies of
 *   `load` and `policy` have no `warnings`, and there are no options `strict` and `queryRules` and
 *   no method `check`. Use `Authorizer` where policies are written and tested;
 * - generated code, the evaluator `source`: closures evaluate;
 * - `withPolicy` and `shadow`.
 *
 * Reading a missing method, or passing a missing option, throws ArgumentError `not-in-entry`.
 *
 * @example
 * ```ts
 * class User { constructor(readonly id: number) {} }
 * class Note { constructor(readonly ownerId: number) {} }
 *
 * const authorizer = new CheckAuthorizer().registerClass(User).registerClass(Note)
 * authorizer.loadSync('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
 *
 * authorizer.can(new User(1), 'read', new Note(1)) // true
 * authorizer.can(new User(2), 'read', new Note(1)) // false
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the class defines all members of the interface
export class CheckAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends BaseAuthorizer<P> {
  /**
   * @param options - The options; all are optional.
   * @throws ArgumentError if an option is invalid; `not-in-entry` for an option of `Authorizer` alone.
   */
  constructor(options: CheckAuthorizerOptions = {}) {
    // `with` passes the engine of the new authorizer.
    super(options instanceof Engine ? options : new Engine(options, enginePartsOf(own(options))), over)
    defineMissing(CheckAuthorizer.prototype, 'checks', missingMembers)
  }
}

// biome-ignore lint/correctness/noUnusedVariables: merged declarations have the same parameters
export interface CheckAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends MissingMembers {}

const over = (engine: Engine): CheckAuthorizer => new CheckAuthorizer(engine)

function enginePartsOf(options: CheckAuthorizerOptions): EngineParts {
  const { evaluator = 'auto' } = options
  for (const name of ['strict', 'queryRules']) if (name in options) throw missingIn('checks', `The option \`${name}\``)
  const backEnd = backEndOf(evaluator)
  return {
    building: present(buildingWith(errorChecks())),
    warns: false,
    predicates: backEnd && present(predicatesBy(backEnd)),
    startsWithMachine: evaluator === 'auto',
  }
}

function backEndOf(evaluator: string): BackEnd | undefined {
  if (evaluator === 'auto' || evaluator === 'closures') return { compile: compileClosures }
  if (evaluator === 'machine') return undefined
  if (evaluator === 'source') throw missingIn('checks', 'The evaluator `source`')
  throw invalidArgument(`Unknown evaluator "${evaluator}".`, { hint: 'use auto, closures or machine' })
}
