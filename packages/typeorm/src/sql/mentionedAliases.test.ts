import { describe, expect, it } from 'vitest'
import { mentionedAliases } from './mentionedAliases.js'

const isColumn = (alias: string, path: string): boolean =>
  ['d', 'h', 'o'].includes(alias.toLowerCase()) && (!path.includes('.') || path === 'owner.id')
const mentioned = (sql: string): readonly string[] | undefined => {
  const aliases = mentionedAliases(sql, isColumn)
  return aliases && [...aliases]
}

describe('mentionedAliases', () => {
  it.each<[string, readonly string[]]>([
    ['', []],
    ['1=1', []],
    ['d.title = :title', ['d']],
    ['d.title = :title AND LOWER(o.name) = lower(:name)', ['d', 'o']],
    ['"d"."title" LIKE \'h.active\'', ['d']],
    ['`d` . `title` IS NOT NULL', ['d']],
    ['D.title IN (:...titles) OR d.owner.id = 1', ['d']],
    ['NOT (d.n BETWEEN 1 AND 2.5) AND (d.n <> -1 OR d.n >= h.n)', ['d', 'h']],
    ['d.tags && :tags AND d.id = ANY(:ids)', ['d']],
    ['d.id::text = :id', ['d']],
  ])('returns the aliases of %j', (sql, expected) => {
    expect(mentioned(sql)).toEqual(expected)
  })

  it.each([
    'active = 1',
    '"active" = 1',
    '(h).active = 1',
    'h.* IS NOT NULL',
    'h/**/.active = 1',
    'd.id = 1 -- x',
    'd.id IN (SELECT x.id FROM docs x)',
    'EXISTS (SELECT 1 FROM holds)',
    'RANDOM() > 0',
    'my_function(d.id) = 1',
    'd.my_function(1) = 1',
    'x.active = 1',
    'h.doc.holds = 1',
    '@row := @row + 1',
    "d.title = 'it\\'s'",
    "d.title = 'open",
    'd.id = 1; SELECT 1',
    'd.id = 1 UNION SELECT 2',
    'ROW(h) IS NOT NULL',
    'd.title COLLATE nocase = :x',
  ])('returns nothing for %j', (sql) => {
    expect(mentioned(sql)).toBe(undefined)
  })
})
