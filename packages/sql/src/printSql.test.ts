import { UnsupportedFilterError } from '@arcturus/core'
import type { Definite, Operand, Variable } from '@arcturus/core/internal/sql'
import { describe, expect, it } from 'vitest'
import type { SqlDialect } from './dialect.js'
import { printSql } from './printSql.js'
import type { SqlTables } from './tables.js'
import {
  columnOf,
  compare,
  other,
  page,
  path,
  printed,
  reach,
  role,
  root,
  some,
  span,
  tables,
  tag,
  user,
  value,
} from './testing/pages.js'

describe('a condition as SQL', () => {
  it.each<[string, Definite, string]>([
    ['compares columns as they are', compare(path(page, 'id'), '=', value(1)), '(p.id = <1>)'],
    ['turns a comparison with the value in front', compare(value(1), '<', path(page, 'id')), '(p.id > <1>)'],
    ['takes null for a value', compare(path(page, 'views'), '!=', value(1)), '(p.views IS DISTINCT FROM <1>)'],
    ['asks for null', compare(path(page, 'views'), '=', value(null)), '(p.views IS NULL)'],
    ['knows what is never null', compare(path(page, 'id'), '=', value(null)), '(1 = 0)'],
    [
      'finds two nulls the same',
      compare(path(page, 'views'), '=', path(page, 'likes')),
      '(p.views = p.likes OR (p.views IS NULL AND p.likes IS NULL))',
    ],
    ['writes booleans as they are', compare(path(page, 'open'), '=', value(true)), '(p.open = TRUE)'],
    [
      'gives a list one place',
      { kind: 'in', item: path(page, 'id'), list: value([1, 2, 2.5]), span },
      '(p.id = ANY([1 2]))',
    ],
    [
      'asks for the row also where every number of its column is in order',
      compare(path(page, 'folder', 'id'), '<=', value(10n ** 20n)),
      '(p.folder_id IS NOT NULL)',
    ],
    [
      'takes a reference that is kept for the row',
      compare(path(page, 'folder', 'id'), '=', value(1)),
      '(p.folder_id = <1>)',
    ],
    [
      'asks a related row once for all that is asked of it',
      {
        kind: 'and',
        of: [
          compare(path(page, 'folder', 'name'), '=', value('a')),
          compare(path(page, 'folder', 'level'), '>', value(2)),
        ],
      },
      '(EXISTS (SELECT 1 FROM app.folders AS t1 WHERE t1.id = p.folder_id AND t1.name = <a> AND t1.level > <2>))',
    ],
    [
      'asks also alternatives of one row together',
      {
        kind: 'or',
        of: [
          compare(path(page, 'folder', 'name'), '=', value('a')),
          compare(path(page, 'folder', 'parent'), '=', value(null)),
          compare(path(page, 'open'), '=', value(true)),
        ],
      },
      '(EXISTS (SELECT 1 FROM app.folders AS t1 WHERE t1.id = p.folder_id AND (t1.name = <a> OR t1.parent_id IS NULL)) OR p.open = TRUE)',
    ],
    [
      'asks for all columns of a reference where one column is all that is needed',
      compare(path(page, 'editor', 'teamId'), '=', value(1)),
      '(p.team_id = <1> AND p.editor_id IS NOT NULL)',
    ],
    [
      'takes the column of a reference that can be null for the row',
      compare(path(page, 'editor', 'userId'), '=', value(1)),
      '(p.editor_id = <1>)',
    ],
    [
      'compares a column with itself behind a reference only where the reference leads to a row',
      compare(path(page, 'teamId'), '<=', path(page, 'editor', 'teamId')),
      '(p.editor_id IS NOT NULL)',
    ],
    [
      'goes by a part of a reference to a row behind, whose own row has to exist',
      compare(path(page, 'editor', 'team', 'id'), '=', value(1)),
      '(p.team_id = <1> AND p.editor_id IS NOT NULL)',
    ],
    [
      'looks for a row behind a part of a reference only where the reference leads to a row',
      compare(path(page, 'editor', 'team', 'name'), '=', value('a')),
      '(EXISTS (SELECT 1 FROM app.folders AS t1 WHERE t1.id = p.team_id AND p.editor_id IS NOT NULL AND t1.name = <a>))',
    ],
    [
      'joins a row behind a part of a reference only where the reference leads to a row',
      compare(path(page, 'reader', 'boss', 'team', 'name'), '=', value('a')),
      '(EXISTS (SELECT 1 FROM app.members AS t1 LEFT JOIN app.folders AS t2 ON (t2.id = t1.team_id AND t1.boss_id IS NOT NULL) WHERE t1.team_id = p.team_id AND t1.user_id = p.reader_id AND t2.name = <a>))',
    ],
    [
      'looks for rows behind a part of a reference only where the reference leads to a row',
      some(other, path(page, 'editor', 'team', 'pages'), compare(path(other, 'open'), '=', value(true))),
      '(EXISTS (SELECT 1 FROM app.pages AS t1 WHERE t1.folder_id = p.team_id AND p.editor_id IS NOT NULL AND t1.open = TRUE))',
    ],
    [
      'finds a row nil behind a reference only where the reference leads to a row',
      compare(path(page, 'editor', 'team', 'parent'), '=', value(null)),
      '(EXISTS (SELECT 1 FROM app.folders AS t1 WHERE t1.id = p.team_id AND p.editor_id IS NOT NULL AND t1.parent_id IS NULL))',
    ],
    [
      'counts rows behind a part of a reference only where the reference leads to a row',
      compare({ kind: 'count', of: path(page, 'editor', 'team', 'pages') }, '<', value(5)),
      '((SELECT COUNT(*) FROM app.pages AS t1 WHERE t1.folder_id = p.team_id AND p.editor_id IS NOT NULL) < <5> AND p.editor_id IS NOT NULL)',
    ],
    [
      'goes on without end from a part of a reference only where the reference leads to a row',
      reach(root('variable', 'folder', 'Folder'), 'parent', undefined, path(page, 'editor', 'team')),
      '(p.team_id IN (WITH RECURSIVE treach1 (key1) AS (SELECT t1.id FROM app.folders AS t1 UNION SELECT t3.id FROM app.folders AS t3 JOIN treach1 AS t2 ON t3.parent_id = t2.key1) SELECT key1 FROM treach1) AND p.editor_id IS NOT NULL)',
    ],
    [
      'joins what is asked of rows behind',
      compare(path(page, 'folder', 'parent', 'name'), '=', value('a')),
      '(EXISTS (SELECT 1 FROM app.folders AS t1 LEFT JOIN app.folders AS t2 ON t2.id = t1.parent_id WHERE t1.id = p.folder_id AND t2.name = <a>))',
    ],
    [
      'leaves out what the ORM takes for deleted',
      compare(path(page, 'draft'), '=', value(null)),
      '(NOT EXISTS (SELECT 1 FROM app.drafts AS t1 WHERE t1.page_id = p.id AND t1.deleted_at IS NULL))',
    ],
    [
      'reads embedded columns of the same row',
      compare(path(page, 'place', 'city'), '=', value('Oslo')),
      '(p.place_city = <Oslo>)',
    ],
    [
      'looks for related rows by EXISTS',
      some(tag, path(page, 'tags'), compare(path(tag, 'name'), '=', value('a'))),
      '(EXISTS (SELECT 1 FROM page_tags AS t1 JOIN app.tags AS t2 ON t2.id = t1.tag_id WHERE t1.page_id = p.id AND t2.name = <a>))',
    ],
    [
      'leaves the other table alone where the one that links has the key',
      some(tag, path(page, 'tags'), compare(path(tag, 'id'), '=', value(3))),
      '(EXISTS (SELECT 1 FROM page_tags AS t1 WHERE t1.page_id = p.id AND t1.tag_id = <3>))',
    ],
    [
      'denies by NOT EXISTS',
      { kind: 'not', of: some(tag, path(page, 'tags'), { kind: 'true' }) },
      '(NOT EXISTS (SELECT 1 FROM page_tags AS t1 WHERE t1.page_id = p.id))',
    ],
    [
      'goes to related rows over a reference without the row between',
      some(other, path(page, 'folder', 'pages'), compare(path(other, 'open'), '=', value(true))),
      '(EXISTS (SELECT 1 FROM app.pages AS t1 WHERE t1.folder_id = p.folder_id AND t1.open = TRUE))',
    ],
    [
      'asks what is known by a key by its values',
      some(role, path(user, 'roles'), compare(path(role, 'pageId'), '=', path(page, 'id'))),
      '(EXISTS (SELECT 1 FROM app.roles AS t2 WHERE t2.user_id = <7> AND EXISTS (SELECT 1 FROM app.users AS t1 WHERE t1.id = <7>) AND t2.page_id = p.id))',
    ],
    [
      'asks whether a row that is known is there',
      { kind: 'isa', of: path(user), model: 'User', exact: false, span },
      '(EXISTS (SELECT 1 FROM app.users AS t1 WHERE t1.id = <7>))',
    ],
  ])('%s', (_, condition, expected) => {
    expect(printed(condition)).toBe(expected)
  })

  it.each<[SqlDialect, string]>([
    ['sqlite', '(p.title COLLATE BINARY = <a>)'],
    ['postgresql', '(p.title = <a> AND COALESCE(CAST(p.title AS text) COLLATE C = <a>, FALSE))'],
    [
      'mysql',
      '(p.title = <a> AND CAST(CONVERT(p.title USING utf8mb4) AS BINARY) = CAST(CONVERT(<a> USING utf8mb4) AS BINARY))',
    ],
  ])('compares texts by code point on %s', (dialect, expected) => {
    expect(printed(compare(path(page, 'title'), '=', value('a')), dialect)).toBe(expected)
  })

  it.each<[SqlDialect, string]>([
    ['sqlite', '(p.slug >= <a%> AND p.slug < <a&>)'],
    ['postgresql', '(p.slug LIKE <a\\%%>)'],
    [
      'mysql',
      "(p.slug LIKE <a|%%> ESCAPE '|' AND LEFT(CAST(CONVERT(p.slug USING utf8mb4) AS BINARY), LENGTH(CAST(CONVERT(<a%> USING utf8mb4) AS BINARY))) = CAST(CONVERT(<a%> USING utf8mb4) AS BINARY))",
    ],
  ])('looks for the beginning of a text by an index on %s', (dialect, expected) => {
    expect(
      printed({ kind: 'text', operator: 'startsWith', of: path(page, 'slug'), part: value('a%'), span }, dialect),
    ).toBe(expected)
  })

  it.each<SqlDialect>(['sqlite', 'postgresql', 'mysql'])('puts the names of %s in quotes', (dialect) => {
    const odd: SqlTables = { ...tables, field: () => ({ kind: 'column', column: columnOf('a"b`c') }) }
    const { sql } = printSql(compare(path(page, 'id'), '=', value(1)), {
      dialect,
      tables: odd,
      row: 'r"o`w',
      parameter: () => '?',
    })
    expect(sql).toBe(dialect === 'mysql' ? '(`r"o``w`.`a"b``c` = ?)' : '("r""o`w"."a""b`c" = ?)')
  })

  it('writes the columns of the resource as it is told', () => {
    const { sql } = printSql(compare(path(page, 'id'), '=', value(1)), {
      dialect: 'sqlite',
      tables,
      row: ({ name }) => `it_${name}`,
      parameter: () => '?',
    })
    expect(sql).toBe('(it_id = ?)')
  })

  it.each<SqlDialect>(['sqlite', 'postgresql', 'mysql'])(
    'writes values as placeholders, in the order of the text, on %s',
    (dialect) => {
      const secret = ['s3cret', 424_242, 4.2424242]
      const texts = (of: Operand): Definite[] =>
        (['startsWith', 'endsWith', 'includes'] as const).map((operator) => ({
          kind: 'text',
          operator,
          of,
          part: value(secret[0]),
          span,
        }))
      const condition: Definite = {
        kind: 'or',
        of: [
          ...['=', '!=', '<', '>='].flatMap((operator) => [
            compare(path(page, 'slug'), operator as '=', value(secret[0])),
            compare(path(page, 'title'), operator as '=', value(secret[0])),
            compare(path(page, 'views'), operator as '=', value(secret[1])),
            compare(path(page, 'score'), operator as '=', value(secret[2])),
            compare(
              { kind: 'arithmetic', operator: '/', left: path(page, 'score'), right: value(secret[2]), span },
              operator as '=',
              value(secret[1]),
            ),
          ]),
          ...texts(path(page, 'slug')),
          ...texts(path(page, 'title')),
          { kind: 'in', item: path(page, 'title'), list: value([secret[0], 'other']), span },
          some(tag, path(page, 'tags'), compare(path(tag, 'name'), '=', value(secret[0]))),
          some(role, path({ ...user, key: [{ field: 'id', value: secret[1] }] }, 'roles'), { kind: 'true' }),
          compare(
            { kind: 'call', method: 'concat', of: path(page, 'slug'), args: [value(secret[0])], span },
            '=',
            value(secret[0]),
          ),
        ],
      }
      let count = 0
      const { sql } = printSql(condition, { dialect, tables, row: 'p', parameter: () => `:v${++count}:` })
      for (const one of secret) expect(sql).not.toContain(String(one))
      expect([...sql.matchAll(/:v(\d+):/g)].map(([, at]) => Number(at))).toEqual(
        Array.from({ length: count }, (_, at) => at + 1),
      )
      expect(count).toBeGreaterThan(30)
    },
  )

  it('asks the class of a row where the table has several', () => {
    const animal = root('variable', 'animal', 'Animal')
    const dog: Definite = { kind: 'isa', of: path(animal), model: 'Dog', exact: false, span }
    expect(printed(some(animal, path(page, 'folder', 'animals'), dog), 'sqlite')).toBe(
      '(EXISTS (SELECT 1 FROM app.animals AS t1 WHERE t1.folder_id = p.folder_id AND (t1.kind = <dog> OR t1.kind = <puppy>)))',
    )
    expect(printed(some(animal, path(page, 'folder', 'animals'), { ...dog, model: 'Tree' }))).toBe('(1 = 0)')
  })

  it('finds no infinity in a quotient by the length of a list whose row is not there', () => {
    const count: Operand = { kind: 'count', of: path(page, 'folder', 'pages') }
    const quotient: Operand = { kind: 'arithmetic', operator: '/', left: path(page, 'id'), right: count, span }
    expect(printed(compare(quotient, '>', value(0)), 'mysql')).toMatch(/\) AND p\.folder_id IS NOT NULL\)$/)
  })

  it('puts no infinity in an order with a column that is null', () => {
    const quotient: Operand = {
      kind: 'arithmetic',
      operator: '/',
      left: path(page, 'id'),
      right: path(page, 'views'),
      span,
    }
    const infinite = '(CAST(p.views AS DOUBLE) = 0 AND CAST(p.id AS DOUBLE) > 0)'
    expect(printed(compare(quotient, '>', path(page, 'likes')), 'mysql')).toContain(
      `(${infinite} AND p.likes IS NOT NULL)`,
    )
    expect(printed(compare(path(page, 'likes'), '<', quotient), 'mysql')).toContain(
      `(${infinite} AND p.likes IS NOT NULL)`,
    )
  })

  it.each<SqlDialect>(['sqlite', 'postgresql', 'mysql'])(
    'is refused on %s where a zero is divided by that lost its sign',
    (dialect) => {
      const lost: Operand = {
        kind: 'arithmetic',
        operator: '*',
        left: path(page, 'id'),
        right: { kind: 'value', value: -0, float: true },
        span,
      }
      const quotient: Operand = { kind: 'arithmetic', operator: '/', left: path(page, 'id'), right: lost, span }
      expect(() => printed(compare(quotient, '>', value(0)), dialect)).toThrow(/0 or -0/)
    },
  )

  it('groups many alternatives, since SQLite parses them as one deep tree', () => {
    const of = Array.from({ length: 5000 }, (_, at) =>
      compare(path(page, 'views'), at % 2 === 0 ? '<' : '>', value(at)),
    )
    const sql = printed({ kind: 'or', of }, 'sqlite')
    let [depth, deepest] = [0, 0]
    for (const one of sql) {
      depth += one === '(' ? 1 : one === ')' ? -1 : 0
      deepest = Math.max(deepest, depth)
    }
    expect(deepest).toBeLessThan(5)
    for (const group of sql.split(/[()]/)) expect(group.split(' OR ').length).toBeLessThanOrEqual(100)
  })

  it.each<[SqlDialect, number]>([
    ['sqlite', 250],
    ['mysql', 250],
    ['postgresql', Infinity],
  ])('refuses more queries in one filter than %s reads or plans without harm', (dialect, most) => {
    const each = root('variable', 'each', 'Page')
    const of = (count: number): Definite => ({
      kind: 'or',
      of: Array.from({ length: count }, (_, at) =>
        some(each, path(page, 'folder', 'pages'), compare(path(each, 'views'), '=', value(at))),
      ),
    })
    for (const count of [1, 250, 251, 1000]) {
      if (count > most) expect(() => printed(of(count), dialect)).toThrow(UnsupportedFilterError)
      else expect(printed(of(count), dialect).match(/SELECT/g)).toHaveLength(count)
    }
  })

  it('asks a recursion that is there twice once, and writes none within another', () => {
    const named = (one: Variable, name: string) => compare(path(one, 'name'), '=', value(name))
    /** Below a folder that is in one of a name, and has the other name. */
    const below = (outer: string, inner: string): Definite => {
      const [folder, around] = [root('variable', 'folder', 'Folder'), root('variable', 'around', 'Folder')]
      const within = reach(around, 'parent', named(around, inner), path(folder))
      return reach(folder, 'parent', { kind: 'and', of: [named(folder, outer), within] }, path(page, 'folder'))
    }
    const condition: Definite = { kind: 'and', of: [below('a', 'b'), below('c', 'b')] }
    const options = { dialect: 'sqlite', tables, row: 'p', parameter: (one: unknown) => `<${one}>` } as const
    const names = (sql: string) =>
      [...sql.matchAll(/"(arc_reach\d)" \("key1"\) AS|WITH/g)].map(([, name]) => name ?? 'WITH')
    const each = printSql(condition, options)
    expect(each.with).toBe('')
    expect(names(each.sql)).toEqual(['WITH', 'arc_reach1', 'arc_reach2', 'WITH', 'arc_reach1', 'arc_reach2'])
    const ahead = printSql(condition, { ...options, ahead: true })
    expect(names(ahead.with)).toEqual(['WITH', 'arc_reach1', 'arc_reach2', 'arc_reach3'])
    expect(ahead.with.match(/<\w>/g)).toEqual(['<b>', '<a>', '<c>'])
    const among = (at: number) => `"p"."folder_id" IN (SELECT "key1" FROM "arc_reach${at}")`
    expect(ahead.sql).toBe(`(${among(2)} AND ${among(3)})`)
  })

  it.each<[string, Definite, string]>([
    [
      'bind-limit',
      { kind: 'in', item: path(page, 'id'), list: value(Array.from({ length: 40_000 }, (_, at) => at)), span },
      'sqlite',
    ],
    ['column-type', compare(path(page, 'meta'), '=', value(null)), 'postgresql'],
    ['mixed-types', compare(path(page, 'id'), '<', value('a')), 'postgresql'],
    ['no-key', reach(role, 'page'), 'postgresql'],
    [
      'operand',
      compare({ kind: 'call', method: 'toUpperCase', of: path(page, 'slug'), args: [], span }, '=', value('A')),
      'postgresql',
    ],
    [
      'text-pattern',
      { kind: 'text', operator: 'includes', of: path(page, 'slug'), part: value('\0'), span },
      'postgresql',
    ],
    ['unknown-field', compare(path(page, 'nothing'), '=', value(1)), 'postgresql'],
    [
      'unknown-table',
      { kind: 'isa', of: path({ ...user, model: 'Ghost' }), model: 'Ghost', exact: false, span },
      'postgresql',
    ],
  ])('is refused with a reason, and with what to do instead: %s', (reason, condition, dialect) => {
    const print = (): string => printed(condition, dialect as SqlDialect)
    expect(print).toThrow(UnsupportedFilterError)
    expect(print).toThrow(expect.objectContaining({ data: { reason }, hint: expect.any(String) }))
  })
})
