import type { Span } from '@arcturus/core'
import {
  type CompareOperator,
  type Definite,
  type KnownRow,
  type Operand,
  type OperandType,
  type Path,
  type Root,
  Source,
  unknownType,
  type Variable,
} from '@arcturus/core/internal/sql'
import type { SqlDialect } from '../dialect.js'
import { printSql } from '../printSql.js'
import type { SqlColumn, SqlField, SqlRelation, SqlTables, SqlType } from '../tables.js'

/** What every part of these conditions was read from. */
export const span: Span = { source: new Source('allow(_, _, _);'), start: 0, end: 5 }
const integer: SqlType = { kind: 'integer', from: -(2n ** 31n), to: 2n ** 31n - 1n, bigint: false }
export function columnOf(name: string, type: SqlType = integer, nullable: boolean = false): SqlColumn {
  return { name, nullable, type }
}
const text: SqlType = { kind: 'text', exact: false }
const plain: SqlType = { kind: 'text', exact: true }
const id: SqlColumn = { ...columnOf('id'), identifies: true }

function related(model: string, from: SqlColumn, to: SqlColumn, many: boolean, kept = !many): SqlField {
  return { kind: 'relation', relation: { model, many, kept, link: { kind: 'columns', pairs: [{ from, to }] } } }
}

/** A reference of several columns. */
function referred(model: string, kept: boolean, ...pairs: readonly (readonly [SqlColumn, SqlColumn])[]): SqlField {
  const link = { kind: 'columns', pairs: pairs.map(([from, to]) => ({ from, to })) } as const
  return { kind: 'relation', relation: { model, many: false, kept, link } }
}

const tagged: SqlRelation = {
  model: 'Tag',
  many: true,
  kept: true,
  link: {
    kind: 'table',
    path: ['page_tags'],
    own: [{ from: id, to: columnOf('page_id') }],
    other: [{ from: columnOf('tag_id'), to: id }],
  },
}
const models: Readonly<Record<string, Readonly<Record<string, SqlField>>>> = {
  Page: {
    id: { kind: 'column', column: id },
    title: { kind: 'column', column: columnOf('title', text, true) },
    slug: { kind: 'column', column: columnOf('slug', plain) },
    views: { kind: 'column', column: columnOf('views', integer, true) },
    likes: { kind: 'column', column: columnOf('likes', integer, true) },
    open: { kind: 'column', column: columnOf('open', { kind: 'boolean' }) },
    score: { kind: 'column', column: columnOf('score', { kind: 'float', single: false }) },
    meta: { kind: 'column', column: columnOf('meta', { kind: 'other', name: 'jsonb' }, true) },
    place: { kind: 'embedded', model: 'Place' },
    folder: related('Folder', columnOf('folder_id', integer, true), id, false),
    teamId: { kind: 'column', column: columnOf('team_id') },
    editor: referred(
      'Member',
      true,
      [columnOf('team_id'), columnOf('team_id')],
      [columnOf('editor_id', integer, true), columnOf('user_id')],
    ),
    reader: referred(
      'Member',
      false,
      [columnOf('team_id'), columnOf('team_id')],
      [columnOf('reader_id', integer, true), columnOf('user_id')],
    ),
    draft: related('Draft', id, columnOf('page_id'), false, false),
    tags: { kind: 'relation', relation: tagged },
  },
  Place: { city: { kind: 'column', column: columnOf('place_city', plain) } },
  Folder: {
    id: { kind: 'column', column: id },
    name: { kind: 'column', column: columnOf('name', plain) },
    level: { kind: 'column', column: columnOf('level') },
    parent: related('Folder', columnOf('parent_id', integer, true), id, false),
    pages: related('Page', id, columnOf('folder_id', integer, true), true),
    animals: related('Animal', id, columnOf('folder_id'), true),
  },
  Draft: { id: { kind: 'column', column: id }, note: { kind: 'column', column: columnOf('note', plain, true) } },
  Tag: { id: { kind: 'column', column: id }, name: { kind: 'column', column: columnOf('name', plain) } },
  User: { id: { kind: 'column', column: id }, roles: related('Role', id, columnOf('user_id'), true) },
  Role: {
    page: related('Page', columnOf('page_id'), id, false),
    pageId: { kind: 'column', column: columnOf('page_id') },
  },
  Member: {
    userId: { kind: 'column', column: columnOf('user_id') },
    team: related('Folder', columnOf('team_id'), id, false),
    teamId: { kind: 'column', column: columnOf('team_id') },
    boss: referred(
      'Member',
      true,
      [columnOf('team_id'), columnOf('team_id')],
      [columnOf('boss_id', integer, true), columnOf('user_id')],
    ),
  },
  Animal: { id: { kind: 'column', column: id } },
  Ghost: {},
}
const gone = columnOf('deleted_at', { kind: 'date', precision: 'milliseconds' }, true)
const kind = columnOf('kind', plain)
export const tables: SqlTables = {
  table: (model) =>
    model === 'Ghost' || model === 'Place'
      ? undefined
      : {
          path: ['app', `${model.toLowerCase()}s`],
          key: model === 'Role' ? [] : [id],
          restrictions: model === 'Draft' ? [{ kind: 'null', column: gone }] : [],
        },
  field: (model, name) => models[model]?.[name],
  instances: (model, of) =>
    model === of ? 'all' : of === 'Dog' ? { kind: 'among', column: kind, values: ['dog', 'puppy'] } : 'none',
}

export function printed(condition: Definite, dialect: SqlDialect = 'postgresql', joins = false): string {
  const statement = printSql(condition, {
    dialect,
    tables,
    row: 'p',
    prefix: 't',
    joins,
    parameter: (value) => (Array.isArray(value) ? `[${value.join(' ')}]` : `<${String(value)}>`),
  })
  return `${statement.joins} ${statement.sql}`.trim().replaceAll(/["`]/g, '')
}

export const root = (kind: 'resource' | 'variable', name: string, model: string): Root & Variable =>
  ({ kind, name, model, type: unknownType as OperandType }) as Root & Variable
export const page: Root & Variable = root('resource', 'page', 'Page')
export function path(from: Root, ...names: readonly string[]): Path {
  let model: string | undefined = from.model
  const steps = names.map((name) => {
    const step = { name, model, span }
    const field = model === undefined ? undefined : models[model]?.[name]
    model = field?.kind === 'relation' ? field.relation.model : field?.kind === 'embedded' ? field.model : undefined
    return step
  })
  return { kind: 'path', root: from, steps }
}
export const value = (one: unknown): Operand => ({ kind: 'value', value: one })
export const compare = (left: Operand, operator: CompareOperator, right: Operand): Definite => ({
  kind: 'compare',
  operator,
  left,
  right,
  span,
})
export function some(each: Variable, from: Operand, where: Definite): Definite & { readonly kind: 'some' } {
  return { kind: 'some', each, from, where, span }
}
export const tag: Root & Variable = root('variable', 'tag', 'Tag')
export const other: Root & Variable = root('variable', 'other', 'Page')
export const animal: Root & Variable = root('variable', 'animal', 'Animal')
export const role: Root & Variable = root('variable', 'role', 'Role')
export const user: KnownRow = {
  kind: 'row',
  name: 'user',
  model: 'User',
  type: unknownType,
  key: [{ field: 'id', value: 7 }],
}

/** From a row by a relation to others, without end. */
export function reach(
  each: Variable,
  relation: string,
  where: Definite = { kind: 'true' },
  start: Path = path(each),
): Definite & { readonly kind: 'reach' } {
  const next = root('variable', 'next', each.model!)
  const step = { next, through: [], from: path(each, relation), where: { kind: 'true' } } as const
  return { kind: 'reach', start, each, where, steps: [step], span }
}
