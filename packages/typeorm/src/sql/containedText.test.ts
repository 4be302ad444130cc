import { describe, expect, it } from 'vitest'
import { isContained, isWithinClause } from './containedText.js'

const dialects = ['sqlite', 'postgresql', 'mysql'] as const

describe('isContained', () => {
  it.each([
    'd.title = :title',
    "(d.title = ')' OR d.title = 'it''s')",
    'd.id IN (SELECT x.id FROM docs x WHERE (x.n) > 1)',
    'd.title = "a"',
    'd.n - 1 / 2 * 3 > -1',
    '',
  ])('accepts %j on every database', (text) => {
    expect(dialects.map((dialect) => isContained(text, dialect))).toEqual([true, true, true])
  })

  it.each([
    '1=1) OR (1=1',
    '(1=1',
    '1=1)',
    '1=1) -- ',
    '1=1 -- ',
    '1=1 /* ',
    '1=1 /* closed */',
    '*/ 1=1',
    '1=1; DROP TABLE docs',
    "title = 'open",
    'title = "open',
    "title = '(' ) OR ('1' = '1'",
    '$$) OR ($$',
    '$tag$) OR ($tag$',
    '1=1\0',
    '(1=1]',
  ])('rejects %j on every database', (text) => {
    expect(dialects.map((dialect) => isContained(text, dialect))).toEqual([false, false, false])
  })

  it.each<[string, readonly [boolean, boolean, boolean]]>([
    ["title = '\\') OR (1=1 -- '", [false, false, false]],
    ["title = '\\') OR (''='", [false, false, false]],
    ["title LIKE '%' ESCAPE '\\'", [true, false, false]],
    ['1=1 # ', [true, true, false]],
    ['[a)b] = 1', [true, false, false]],
    ['tags[1] = 1', [true, true, true]],
    ['`a)b` = 1', [true, false, true]],
  ])('reads %j as the database does', (text, expected) => {
    expect(dialects.map((dialect) => isContained(text, dialect))).toEqual(expected)
  })
})

describe('isWithinClause', () => {
  it.each([
    'm.id = d.id',
    'm.id = (SELECT MAX(x.id) FROM docs x WHERE x.n = 1)',
    'd.limit = 1 AND d."order" = 2',
    'd.n IS DISTINCT FROM :n',
    "d.title = 'UNION SELECT'",
    'COUNT(*) OVER (PARTITION BY d.n ORDER BY d.id)',
  ])('accepts %j', (text) => {
    expect(dialects.map((dialect) => isWithinClause(text, dialect))).toEqual([true, true, true])
  })

  it.each([
    '1=1 WHERE 1=1',
    '1=1 UNION SELECT * FROM docs',
    '1=1)UNION(SELECT * FROM docs',
    'd.id UNION(SELECT 1)',
    'd.id LIMIT 1',
    "'x'FROM docs",
    '1=1 INNER JOIN holds h ON h.active',
    'd.id INTO OUTFILE "x"',
  ])('rejects %j', (text) => {
    expect(dialects.map((dialect) => isWithinClause(text, dialect))).toEqual([false, false, false])
  })
})
