import {
  ArgumentError,
  builtinClasses,
  givenName,
  type Model,
  type Policy,
  type Schema,
} from '@arcturus/core/internal/compile'
import { contextType } from './contextText.js'
import { type Names, Vocabulary, type Vocal } from './vocabulary.js'

/**
 * Returns the types of the loaded policy as TypeScript: an interface with the actions, roles, relations, fields and columns
 * of each model, the models of actors, and the context. Registered as `Register.policy`, or passed as
 * `Authorizer<AppPolicy>`, a misspelt name is a compile error.
 * @param authorizer - An authorizer with a loaded policy.
 * @param name - The name of the interface. Default: `AppPolicy`.
 * @throws ArgumentError if no policy is loaded.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs'
 * import { Authorizer } from '@arcturus/core'
 * import { policyTypes } from '@arcturus/compile'
 *
 * class User { constructor(readonly id: number) {} }
 * class Note { constructor(readonly ownerId: number) {} }
 * const authorizer = new Authorizer().registerClass(User).registerClass(Note)
 * await authorizer.load('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
 *
 * policyTypes(authorizer) // export interface AppPolicy { actors: 'User'; models: { Note: { actions: 'read'; …
 * ```
 */
export function policyTypes(authorizer: Vocal & { readonly policy: Policy | undefined }, name = 'AppPolicy'): string {
  const { policy, schema } = authorizer
  if (!policy)
    throw new ArgumentError('no-policy', 'No policy is loaded.', {
      hint: 'load one first: await authorizer.load(text)',
    })
  return typesText(new Vocabulary(policy, authorizer), schema, name)
}

/** @param actors - The models of actors. Default: those of the policy. */
export function typesText(vocabulary: Vocabulary, schema: Schema, name: string, actors?: readonly string[]): string {
  const models = [...schema.models.values()].filter((model) => !builtinClasses.has(model.name)).sort(byName)
  const { fields } = schema.context
  const own = actors ?? vocabulary.actors
  return [
    `export interface ${name} {`,
    `  actors: ${union(own && new Set([...own].map(givenName)))}`,
    '  models: {',
    ...models.flatMap((model) => typesOf(model, vocabulary, schema)),
    '  }',
    ...(fields.size === 0 ? [] : [`  context: ${contextType(schema, fields)}`]),
    '}\n',
  ].join('\n')
}

function typesOf(model: Model, vocabulary: Vocabulary, schema: Schema): readonly string[] {
  const { actions, fieldActions, roles, relations, fields } = vocabulary.of(model.name)
  const declared = schema.fields(model.name)
  const columns = declared.filter(({ kind, name }) => kind === 'scalar' && isIdentifier(name)).map(({ name }) => name)
  const isOpen = fields === undefined || (!model.closed && declared.length === 0)
  const others = [...(fields ?? []), ...declared.map(({ name }) => name)].filter((name) => !columns.includes(name))
  const isOther = fieldActions === undefined || [...fieldActions].some((name) => actions?.has(name) === false)
  return [
    `    ${key(givenName(model.name))}: {`,
    `      actions: ${union(actions)}`,
    ...(isOther ? [`      fieldActions: ${union(fieldActions)}`] : []),
    `      roles: ${union(roles)}`,
    `      relations: ${union(relations)}`,
    `      fields: ${union(isOpen ? undefined : new Set(others))}`,
    `      columns: ${union(new Set(columns))}`,
    '    }',
  ]
}

function union(names: Names): string {
  if (names === undefined) return 'string'
  return [...names].sort().map(quoted).join(' | ') || 'never'
}

/** Quotes a name; other characters than those of ASCII stay. */
const quoted = (name: string): string =>
  `'${JSON.stringify(name).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

const isIdentifier = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name)

const key = (name: string): string => (isIdentifier(name) ? name : quoted(name))

const byName = (one: Model, other: Model): number => (one.name < other.name ? -1 : 1)
