import { operationOf, readArguments } from '../operations.js'
import { delegateName, delegateOf, property } from '../schema/fromClient.js'
import { nameInSchema, type PrismaModel } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import { Query } from './query.js'
import { refusedOperation } from './refused.js'
import type { Session } from './session.js'
import { writeOperations } from './write.js'

/** The model's part of a client: `client.document`. */
export type Delegate = object

/** Makes the classes of a schema's delegates once, so that a delegate costs one object for each client. */
export class Delegates {
  readonly #classes: ReadonlyMap<string, (session: Session) => Delegate>

  constructor(tables: Tables) {
    this.#classes = new Map(
      tables.schema.models.map((model) => [delegateName(model), delegateClass(model, tables)] as const),
    )
  }

  get names(): Iterable<string> {
    return this.#classes.keys()
  }

  make(name: string, session: Session): Delegate {
    return this.#classes.get(name)!(session)
  }
}

function delegateClass(model: PrismaModel, tables: Tables): (session: Session) => Delegate {
  const queryClass = queryClassOf(model, tables)
  class ModelDelegate {
    readonly #session: Session

    constructor(session: Session) {
      this.#session = session
    }

    get fields(): unknown {
      return property(delegateOf(this.#session.client, model), 'fields')
    }

    get name(): string {
      return nameInSchema(model)
    }

    get $name(): string {
      return nameInSchema(model)
    }

    static send(delegate: ModelDelegate, operation: string, args: unknown): Query {
      const Class = operationOf(operation).returns === 'row' ? queryClass() : Query
      return new Class(delegate.#session, model.name, operation, args)
    }
  }
  for (const operation of [...Object.keys(readArguments), ...writeOperations]) {
    Object.defineProperty(ModelDelegate.prototype, operation, {
      value(this: ModelDelegate, args: unknown) {
        return ModelDelegate.send(this, operation, args)
      },
      enumerable: true,
    })
  }
  Object.setPrototypeOf(
    ModelDelegate.prototype,
    refusing((name) => refusedOperation(`${delegateName(model)}.${name}`)),
  )
  return (session) => new ModelDelegate(session)
}

const queryClasses = new WeakMap<PrismaModel, typeof Query>()

/** Returns the class of queries for a row of a model, with a method for each of its relations. */
function queryClassOf(model: PrismaModel, tables: Tables): () => typeof Query {
  return () => {
    const known = queryClasses.get(model)
    if (known) return known
    class RowQuery extends Query {}
    queryClasses.set(model, RowQuery)
    for (const field of model.fields) {
      if (field.kind !== 'relation' || field.name in RowQuery.prototype) continue
      const next = field.list ? () => Query : queryClassOf(tables.model(field.model)!, tables)
      Object.defineProperty(RowQuery.prototype, field.name, {
        value(this: RowQuery, args: unknown) {
          return this.follow(next(), field.name, args)
        },
      })
    }
    return RowQuery
  }
}

/** Returns a prototype that throws for every property that no object has. */
export function refusing(error: (name: string) => Error): object {
  return new Proxy(Object.create(null) as object, {
    get(_, name, receiver) {
      // A promise, JSON and inspection look for these on any object.
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON' || name in Object.prototype)
        return Reflect.get(Object.prototype, name, receiver)
      throw error(name)
    },
    has: () => false,
  })
}
