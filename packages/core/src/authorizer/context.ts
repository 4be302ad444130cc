import { ArgumentError, invalidArgument } from '../errors.js'
import { modelOfContext } from '../schema/context.js'
import type { Field, Model } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import { type FieldDeclaration, fieldOf } from './registration.js'

/** The type of a name of the context: as that of a field, or an object with fields. Default: it can't be nil. */
export type ContextDeclaration = FieldDeclaration | ContextFields

/** An object of the context. */
export interface ContextFields {
  readonly fields: Readonly<Record<string, ContextDeclaration>>
  /** Whether it can be nil. Default false. */
  readonly nullable?: boolean
}

/** Adds names to the context of a schema. @throws ArgumentError, as `Authorizer.registerContext`. */
export function declareContext(schema: Schema, declarations: Readonly<Record<string, ContextDeclaration>>): void {
  const parts: Model[] = []
  schema.registerContext(fieldsOf(schema, '', declarations, parts), parts)
}

function fieldsOf(
  schema: Schema,
  path: string,
  declarations: Readonly<Record<string, ContextDeclaration>>,
  parts: Model[],
): Map<string, Field> {
  if (typeof declarations !== 'object' || declarations === null)
    throw invalidArgument('A context must be declared as an object.', {
      hint: "pass names and types: registerContext({ now: 'date' })",
    })
  return new Map(
    Object.entries(declarations).map(([name, declaration]) => {
      if (!/^[A-Za-z_]\w*$/.test(name))
        throw invalidArgument(`The context can't have the name ${JSON.stringify(name)}.`, {
          hint: 'use a name that a policy can write, such as request',
        })
      return [name, contextField(schema, path, name, declaration, parts)]
    }),
  )
}

function contextField(
  schema: Schema,
  path: string,
  name: string,
  declaration: ContextDeclaration,
  parts: Model[],
): Field {
  const place = path === '' ? name : `${path}.${name}`
  if (typeof declaration !== 'object' || declaration === null || !('fields' in declaration)) {
    const own = typeof declaration === 'object' ? declaration : { type: declaration }
    const field = fieldOf(schema, path || schema.context.name, name, { nullable: false, ...own })
    if (field.kind === 'scalar' || schema.models.has(field.model)) return field
    throw new ArgumentError('unknown-model', `The context ${place} is a ${field.model}, which is not registered.`, {
      hint: 'register its class or model first',
      data: { name: field.model },
    })
  }
  parts.push(modelOfContext(fieldsOf(schema, place, declaration.fields, parts), place))
  const nullable = declaration.nullable === true
  return { kind: 'relation', name, model: place, many: false, nullable, kept: true, from: [], to: [] }
}
