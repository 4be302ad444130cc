import type { Field, Schema } from '@arcturus/core/internal/compile'

/** Writes the context that a schema declares. */
export function contextText(schema: Schema): string {
  const { fields } = schema.context
  const parts: string[] = []
  const add = (all: ReadonlyMap<string, Field>): void => {
    for (const field of all.values()) {
      const part = field.kind === 'relation' ? partOf(schema, field.model) : undefined
      if (!part) continue
      parts.push(`[${JSON.stringify(part.name)}, ${listOf(part.fields)}]`)
      add(part.fields)
    }
  }
  add(fields)
  return `makeContext(${listOf(fields)}, [${parts.join(', ')}])`
}

/** Writes the type of the values of a context, or of an object of it. One that is undefined counts as missing. */
export function contextType(schema: Schema, fields: ReadonlyMap<string, Field>): string {
  const entries = [...fields.values()].map((field) => {
    const one = typeOf(schema, field)
    const isList = field.kind === 'relation' ? field.many : field.list
    const some = isList ? `readonly (${one})[]` : one
    return `readonly ${field.name}?: ${some}${field.nullable ? ' | null' : ''} | undefined`
  })
  return `{ ${entries.join('; ')} }`
}

function typeOf(schema: Schema, field: Field): string {
  if (field.kind === 'relation') {
    const part = partOf(schema, field.model)
    return part ? contextType(schema, part.fields) : 'object'
  }
  if (field.values) return field.values.map((value) => JSON.stringify(value)).join(' | ') || 'never'
  switch (field.type) {
    case 'boolean':
      return 'boolean'
    case 'integer':
    case 'float':
      return 'number'
    case 'bigint':
      return 'bigint | number'
    case 'string':
    case 'enum':
    case 'uuid':
      return 'string'
    case 'date':
      return 'Date'
    case 'bytes':
      return 'Uint8Array'
    default:
      return 'unknown'
  }
}

/** Returns the type of an object of the context; undefined for a model. */
function partOf(
  schema: Schema,
  name: string,
): { readonly name: string; readonly fields: ReadonlyMap<string, Field> } | undefined {
  return schema.models.has(name) ? undefined : schema.typeNamed(name)
}

function listOf(fields: ReadonlyMap<string, Field>): string {
  return JSON.stringify([...fields.values()])
}
