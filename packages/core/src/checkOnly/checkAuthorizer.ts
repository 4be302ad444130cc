import { BaseAuthorizer } from '../authorizer/baseAuthorizer.js'
import type { BaseOptions } from '../authorizer/baseOptions.js'
import { Engine, type EngineParts } from '../authorizer/decisions/engine.js'
import { ArgumentError } from '../errors.js'
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
export class CheckAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends BaseAuthorizer<P> {
  /**
   * @param options - The options; all are optional.
   * @throws ArgumentError if an option is invalid; `not-in-entry` for an option of `Authorizer` alone.
   */
  constructor(options: CheckAuthorizerOptions = {}) {
    // `with` passes the engine of the new authorizer.
    super(options instanceof Engine ? options : new Engine(options, enginePartsOf(own(options))), over)
  }

  // not in this entry

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get filter(): never {
    throw missing('The method `filter`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get loadFilter(): never {
    throw missing('The method `loadFilter`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get eventualFilter(): never {
    throw missing('The method `eventualFilter`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get extent(): never {
    throw missing('The method `extent`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get actorFilter(): never {
    throw missing('The method `actorFilter`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get loadActorFilter(): never {
    throw missing('The method `loadActorFilter`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get assertWritable(): never {
    throw missing('The method `assertWritable`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get authorizeChange(): never {
    throw missing('The method `authorizeChange`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get authorizeCreate(): never {
    throw missing('The method `authorizeCreate`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get shadow(): never {
    throw missing('The method `shadow`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get withPolicy(): never {
    throw missing('The method `withPolicy`')
  }

  /** @deprecated Not in this entry: reading it throws. Use `Authorizer` of `@arcturus/core`. */
  get check(): never {
    throw missing('The method `check`')
  }
}

const over = (engine: Engine): CheckAuthorizer => new CheckAuthorizer(engine)

function enginePartsOf(options: CheckAuthorizerOptions): EngineParts {
  const { evaluator = 'auto' } = options
  for (const name of ['strict', 'queryRules']) if (name in options) throw missing(`The option \`${name}\``)
  return {
    loadChecks: errorChecks(),
    backEnd: backEndOf(evaluator),
    startsWithMachine: evaluator === 'auto',
  }
}

function backEndOf(evaluator: string): BackEnd | undefined {
  if (evaluator === 'auto' || evaluator === 'closures') return { compile: compileClosures }
  if (evaluator === 'machine') return undefined
  if (evaluator === 'source') throw missing('The evaluator `source`')
  throw new ArgumentError('invalid-argument', `Unknown evaluator "${evaluator}".`, {
    hint: 'use auto, closures or machine',
  })
}

function missing(name: string): ArgumentError {
  return new ArgumentError('not-in-entry', `${name} is not part of '@arcturus/core/checks'.`, {
    hint: "use `Authorizer` of '@arcturus/core'",
  })
}
