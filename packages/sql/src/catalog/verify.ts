import type { DatabaseFacts } from '@arcturus/core/internal/sql'
import type { SqlDialect } from '../dialect.js'
import type { SqlColumn, SqlRelation } from '../tables.js'
import { columnsNamed, readColumns, readReferences } from './catalog.js'
import type { CatalogColumn, CatalogQuery, CatalogReference } from './entries.js'
import { isKeptBy, mismatch } from './mismatch.js'
import type { DatabaseProblem, Promises } from './promises.js'
import { textOf } from './row.js'
import { cutsTexts } from './sqlite.js'
import { zoneProblems } from './zone.js'

/** The state of a database, compared with a schema. It is plain data, so that it can be stored. */
export interface VerifiedDatabase extends DatabaseFacts {
  /** Empty if the database fulfils every assumption. */
  readonly problems: readonly DatabaseProblem[]
  /**
   * Whether a foreign key enforces each reference that the schema assumes to be enforced, by model
   * and relation: `Document.folder`.
   */
  readonly references: Readonly<Record<string, boolean>>
  readonly columns: readonly CatalogColumn[]
  /** Whether the driver reads a text only up to its first zero character. */
  readonly cutsTexts: boolean
}

/**
 * Compares the assumptions of filters with the database's description of itself. It reads none of
 * the tables' rows.
 * @param promises - the schema's assumptions, and the dialect
 * @param query - runs a statement on the application's connection
 * @throws the errors of `query`
 */
export async function verify(promises: Promises, query: CatalogQuery): Promise<VerifiedDatabase> {
  const { dialect, tables, models, views } = promises
  const paths = [...models.keys()].flatMap((model) => tables.table(model)?.path ?? [])
  const links = relationsOf(promises).flatMap(({ relation: { link } }) => (link.kind === 'table' ? link.path : []))
  const names = [...new Set([...paths, ...links])]
  const columns = await readColumns(dialect, names, query)
  const keys = await readReferences(dialect, names, query)
  const references: Record<string, boolean> = {}
  const problems: DatabaseProblem[] = []
  for (const [model, fields] of models) {
    const table = tables.table(model)
    if (!table) continue
    if (!columns.some((one) => columnsNamed([one], table.path, one.column).length > 0)) {
      problems.push({ kind: 'missing', model, message: `There is no table "${table.path.join('.')}" for ${model}.` })
      continue
    }
    for (const name of fields) {
      const field = tables.field(model, name)
      if (field?.kind !== 'column') continue
      const found = columnsNamed(columns, table.path, field.column.name)
      problems.push(
        ...columnProblems(
          model,
          name,
          views.has(model) ? { ...field.column, nullable: true } : field.column,
          found,
          dialect,
        ),
      )
    }
  }
  for (const { model, field, relation } of relationsOf(promises)) {
    const path = tables.table(model)?.path
    if (!path) continue
    const isKept = isKeptBy({ columns, references: keys }, path, relation, tables)
    references[`${model}.${field}`] = isKept
    if (!isKept) problems.push(foreignKeyProblem(model, field, relation, path, keys))
  }
  problems.push(...(await zoneProblems(promises, columns, query)), ...(await modeProblems(dialect, query)))
  return { problems, columns, references, cutsTexts: dialect === 'sqlite' && (await cutsTexts(query)) }
}

interface OwnRelation {
  readonly model: string
  readonly field: string
  readonly relation: SqlRelation
}

/** Returns the relations whose references the schema assumes to be enforced. */
function relationsOf({ tables, models }: Promises): readonly OwnRelation[] {
  return [...models].flatMap(([model, fields]) =>
    fields.flatMap((field): readonly OwnRelation[] => {
      const found = tables.field(model, field)
      return found?.kind === 'relation' && found.relation.kept ? [{ model, field, relation: found.relation }] : []
    }),
  )
}

function columnProblems(
  model: string,
  field: string,
  column: SqlColumn,
  found: readonly CatalogColumn[],
  dialect: SqlDialect,
): readonly DatabaseProblem[] {
  const name = `${model}.${field}`
  if (found.length === 0)
    return [{ kind: 'missing', model, field, message: `The table of ${model} has no column "${column.name}".` }]
  const problems: DatabaseProblem[] = []
  for (const one of found) {
    const wrong = mismatch(column.type, one, dialect)
    if (wrong)
      problems.push({
        kind: wrong.kind,
        model,
        field,
        message: `${name} is declared ${wrong.promised}; the database has ${wrong.found}.`,
      })
    // A null list is read as an empty one.
    const isNil = column.type.kind !== 'list' || !column.type.nullIsEmpty
    if (isNil && !column.nullable && one.nullable && !(dialect === 'sqlite' && column.identifies))
      problems.push({
        kind: 'nullable',
        model,
        field,
        message: `${name} is declared as never null; its column can be null.`,
      })
  }
  return problems
}

/** Returns the problems of the mode in which MySQL and MariaDB store values. */
async function modeProblems(dialect: SqlDialect, query: CatalogQuery): Promise<readonly DatabaseProblem[]> {
  if (dialect !== 'mysql') return []
  const [row] = await query('SELECT CAST(@@session.sql_mode AS CHAR) AS `mode`')
  const mode = row ? textOf(row, 'mode') : ''
  const message = (why: string): DatabaseProblem => ({ kind: 'mode', message: `The server ${why}.` })
  return [
    ...(/STRICT_(?:TRANS|ALL)_TABLES/.test(mode)
      ? []
      : [message('is not in strict mode, so it changes values that do not fit: add STRICT_TRANS_TABLES to sql_mode')]),
    ...(mode.includes('PAD_CHAR_TO_FULL_LENGTH')
      ? [message('fills texts of char columns up with blanks: remove PAD_CHAR_TO_FULL_LENGTH from sql_mode')]
      : []),
  ]
}

function foreignKeyProblem(
  model: string,
  field: string,
  relation: SqlRelation,
  path: readonly string[],
  references: readonly CatalogReference[],
): DatabaseProblem {
  const weak = references.find((one) => one.table === path.at(-1)!.toLowerCase() && one.weakness !== undefined)
  const why = weak?.weakness ? `its foreign key does not guarantee them: ${weak.weakness}` : 'there is no foreign key'
  return {
    kind: 'foreign-key',
    model,
    field,
    message: `${model}.${field} can refer to rows of ${relation.model} that do not exist: ${why}.`,
  }
}
