import { inspect } from 'node:util'
import type { Class } from '@arcturus/core/internal/oso'

/** The base of the drop-in's own errors. An error in Polar is a plain `Error`, as in oso. */
export class OsoError extends Error {}

/** A decision against the actor. */
export class AuthorizationError extends OsoError {}

/** The actor may not even read the resource. Respond with 404. */
export class NotFoundError extends AuthorizationError {
  constructor() {
    super(
      'Oso NotFoundError -- The current user does not have permission to read the given resource. You should handle this error by returning a 404 error to the client.',
    )
  }
}

/** The actor may read the resource, but not do this action. Respond with 403. */
export class ForbiddenError extends AuthorizationError {
  constructor() {
    super(
      'Oso ForbiddenError -- The requested action was not allowed for the given resource. You should handle this error by returning a 403 error to the client.',
    )
  }
}

export class PolarError extends OsoError {}

export class DuplicateClassAliasError extends PolarError {
  constructor({ name, cls, existing }: { readonly name: string; readonly cls: Class; readonly existing: Class }) {
    super(`Attempted to alias ${cls.name} as '${name}', but ${existing.name} already has that alias.`)
  }
}

export class DuplicateInstanceRegistrationError extends PolarError {
  constructor(id: number) {
    super(`Attempted to register instance ${id}, but an instance with that ID already exists.`)
  }
}

export class InlineQueryFailedError extends PolarError {
  constructor(source: string) {
    super(`Inline query failed: ${source}`)
  }
}

export class InvalidAttributeError extends PolarError {
  constructor(instance: unknown, field: string) {
    super(`${field} not found on ${inspect(instance)}.`)
  }
}

export class InvalidCallError extends PolarError {
  constructor(instance: unknown, field: string) {
    super(`${inspect(instance)}.${field} is not a function`)
  }
}

export class InvalidIteratorError extends PolarError {
  constructor(term: unknown) {
    super(`${inspect(term)} is not iterable`)
  }
}

export class InvalidConstructorError extends PolarError {
  constructor(cls: unknown) {
    super(`${inspect(cls)} is not a constructor`)
  }
}

export class InvalidQueryEventError extends PolarError {
  constructor(event: string) {
    super(`Invalid query event: ${event}`)
  }
}

export class KwargsError extends PolarError {
  constructor() {
    super('JavaScript does not support keyword arguments')
  }
}

export class PolarFileExtensionError extends PolarError {
  constructor(file: string) {
    super(`Polar files must have .polar extension. Offending file: ${file}`)
  }
}

export class PolarFileNotFoundError extends PolarError {
  constructor(file: string) {
    super(`Could not find file: ${file}`)
  }
}

export class UnregisteredClassError extends PolarError {
  constructor(name: string) {
    super(`Unregistered class: ${name}.`)
  }
}

export class UnregisteredInstanceError extends PolarError {
  constructor(id: number) {
    super(`Unregistered instance: ${id}.`)
  }
}

export class DataFilteringConfigurationError extends PolarError {
  constructor() {
    super("Missing 'adapter' implementation. Did you forget to call `Oso.setDataFilteringAdapter()`?")
  }
}

export class UnexpectedExpressionError extends PolarError {
  constructor() {
    super(`Received Expression from Polar VM. The Expression type is only supported when
  using data filtering features. Did you perform an
  operation over an unbound variable in your policy?

  To silence this error and receive an Expression result, pass the
  \`{ acceptExpression: true }\` option to \`Oso.query()\` or \`Oso.queryRule()\`.`)
  }
}
