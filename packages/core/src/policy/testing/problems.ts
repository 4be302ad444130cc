import type { Code } from '../../language/codes.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import { Source, spanText } from '../../language/source.js'
import type { Field, Model } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { createSchema } from '../../values/builtIns.js'
import { buildPolicy, type PolicyResult } from '../buildPolicy.js'
import { allChecks } from '../checks/all.js'

class Person {}
class Employee extends Person {}
class Company {}
class Folder {}
class Document {}
class Secret extends Document {}

const scalar = (name: string, nullable = false): Field => ({
  kind: 'scalar',
  name,
  type: 'unknown',
  nullable,
  list: false,
})
const one = (name: string, model: string, nullable = false): Field => ({
  kind: 'relation',
  name,
  model,
  many: false,
  kept: true,
  nullable,
  from: [],
  to: [],
})
const many = (name: string, model: string): Field => ({
  kind: 'relation',
  name,
  model,
  many: true,
  kept: true,
  nullable: false,
  from: [],
  to: [],
})

/**
 * Returns a schema of people, companies, folders and documents. It knows all fields of documents
 * and folders, and none of people.
 */
export function officeSchema(): Schema {
  const schema = createSchema()
  const add = (cls: NonNullable<Model['class']>, fields: readonly Field[]): void => {
    schema.registerModel({
      name: cls.name,
      class: cls,
      fields: new Map(fields.map((field) => [field.name, field])),
      key: undefined,
      closed: fields.length > 0,
      isaCheck: undefined,
    })
  }
  add(Person, [])
  add(Employee, [])
  add(Company, [])
  add(Folder, [scalar('name'), one('owner', 'Person'), many('documents', 'Document'), one('parent', 'Folder', true)])
  add(Document, [scalar('title'), scalar('note', true), one('folder', 'Folder', true), one('owner', 'Person')])
  add(Secret, [scalar('level')])
  schema.registerConstant('limit', 3)
  return schema
}

/** Builds a policy of one source. */
export function build(policy: string, schema: Schema = officeSchema()): PolicyResult {
  return buildPolicy([new Source(policy)], schema, allChecks())
}

/** Returns the diagnostics of one code. */
export function diagnosticsOf(code: Code, policy: string, schema?: Schema): readonly Diagnostic[] {
  return build(policy, schema).diagnostics.filter((one) => one.code === code)
}

/**
 * Returns the places of problems of one code, as `line:column text`; `nowhere` for those without a
 * place.
 */
export function problems(code: Code, policy: string, schema?: Schema): readonly string[] {
  return diagnosticsOf(code, policy, schema).map(({ span }) => {
    if (!span) return 'nowhere'
    const { line, column } = span.source.position(span.start)
    return `${line}:${column} ${spanText(span)}`
  })
}
