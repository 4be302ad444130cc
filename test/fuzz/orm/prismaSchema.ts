import { enumValues } from '../pools.js'
import { isLink, linksOf } from '../relationalSchema.js'
import type { FieldSpec, ManySpec, ModelSpec, OneSpec, ScalarKind, Storage } from '../world.js'

const types: Readonly<Record<ScalarKind, string>> = {
  string: 'String',
  integer: 'Int',
  float: 'Float',
  boolean: 'Boolean',
  date: 'DateTime',
  bigint: 'BigInt',
  decimal: 'Decimal',
  enum: 'State',
  uuid: 'String',
}

/** The models of a schema in Prisma's language, without a generator and a datasource. */
export function prismaSchema(models: readonly ModelSpec[], storage: Storage): string {
  const state = `enum State {\n${enumValues.map((value) => `  ${value}`).join('\n')}\n}`
  return `${[state, ...models.map((model) => modelText(models, model, storage))].join('\n\n')}\n`
}

function modelText(models: readonly ModelSpec[], model: ModelSpec, storage: Storage): string {
  const lines = model.fields.map((field) => `  ${field.name} ${fieldText(models, model, field, storage)}`)
  const attributes = [
    ...(model.key.length > 1 ? [`  @@id([${model.key.join(', ')}])`] : []),
    ...(storage.mapped ? [`  @@map("the ${model.name.toLowerCase()}s")`] : []),
  ]
  return `model ${model.name} {\n${[...lines, ...(attributes.length > 0 ? ['', ...attributes] : [])].join('\n')}\n}`
}

function fieldText(models: readonly ModelSpec[], model: ModelSpec, field: FieldSpec, storage: Storage): string {
  switch (field.kind) {
    case 'scalar': {
      const isKey = model.key.length === 1 && model.key[0] === field.name
      return [
        `${types[field.type]}${field.list ? '[]' : field.nullable ? '?' : ''}`,
        ...(isKey ? ['@id'] : []),
        ...(storage.native && field.type === 'uuid' ? ['@db.Uuid'] : []),
        ...(storage.mapped ? [`@map("its ${field.name}")`] : []),
      ].join(' ')
    }
    case 'one': {
      const references = models.find(({ name }) => name === field.model)!.key.join(', ')
      const actions = 'onDelete: NoAction, onUpdate: NoAction'
      return `${field.model}${field.nullable ? '?' : ''} @relation("${nameOf(model.name, field)}", fields: [${field.from!.join(', ')}], references: [${references}], ${actions})`
    }
    case 'part':
      throw new Error('no schema of Prisma has parts')
    case 'many':
      return `${field.model}[] @relation("${relationOf(models, model.name, field)}")`
  }
}

/** The name of a relation, the same from both its sides. */
function relationOf(models: readonly ModelSpec[], model: string, field: ManySpec): string {
  if (!isLink(models, field)) return `${field.model}_${field.inverse}`
  const link = linksOf(models).find(
    (one) =>
      (one.model === model && one.field === field) || (one.field.model === model && one.field.inverse === field.name),
  )!
  return nameOf(link.model, link.field)
}

export function nameOf(model: string, field: OneSpec | ManySpec): string {
  return `${model}_${field.name}`
}
