import type { Definite } from '@arcturus/core/internal/sql'
import { describe, expect, it } from 'vitest'
import { animal, compare, other, page, path, printed, some, span, tag, value } from './testing/pages.js'

describe('a condition of a statement that reads all rows', () => {
  const own = compare(path(page, 'id'), '=', value(1))
  const tagged = some(tag, path(page, 'tags'), compare(path(tag, 'id'), '=', value(3)))
  const named = some(tag, path(page, 'tags'), compare(path(tag, 'name'), '=', value('a')))
  const inFolder = (...of: readonly Definite[]) => some(other, path(page, 'folder', 'pages'), { kind: 'and', of })
  const among = '(p.id = <1> OR p.id IN (SELECT t1.page_id FROM page_tags AS t1 WHERE t1.tag_id = <3>))'
  const or = (...of: readonly Definite[]): Definite => ({ kind: 'or', of: [own, ...of] })

  it.each<[string, Definite, string]>([
    ['lists the keys of an alternative', or(tagged), among],
    [
      'lists no keys that can be null',
      or(inFolder(compare(path(other, 'id'), '=', value(3)))),
      '(p.id = <1> OR p.folder_id IN (SELECT t1.folder_id FROM app.pages AS t1 WHERE t1.folder_id IS NOT NULL AND t1.id = <3>))',
    ],
    [
      'joins the row that a reference leads to, once',
      or(
        compare(path(page, 'folder', 'name'), '=', value('a')),
        some(animal, path(page, 'folder', 'animals'), compare(path(animal, 'id'), '>', path(page, 'folder', 'level'))),
      ),
      'LEFT JOIN (SELECT t1.id AS t1_1, t1.name AS t1_2, t1.level AS t1_3 FROM app.folders AS t1) AS t1 ON t1.t1_1 = p.folder_id (p.id = <1> OR t1.t1_2 = <a> OR EXISTS (SELECT 1 FROM app.animals AS t2 WHERE t2.folder_id = t1.t1_1 AND t2.id > t1.t1_3))',
    ],
    [
      'joins no row that its key alone tells',
      or({ kind: 'in', item: path(page, 'editor', 'userId'), list: value([1, 2]), span }),
      '(p.id = <1> OR p.editor_id = ANY([1 2]))',
    ],
    [
      'joins no row that can be several',
      or(compare(path(page, 'draft', 'note'), '=', value('a'))),
      '(p.id = <1> OR EXISTS (SELECT 1 FROM app.drafts AS t1 WHERE t1.page_id = p.id AND t1.deleted_at IS NULL AND t1.note = <a>))',
    ],
    [
      'lists the keys of a joined row',
      or(some(animal, path(page, 'folder', 'parent', 'animals'), compare(path(animal, 'id'), '=', value(3)))),
      'LEFT JOIN (SELECT t1.id AS t1_1, t1.parent_id AS t1_2 FROM app.folders AS t1) AS t1 ON t1.t1_1 = p.folder_id (p.id = <1> OR t1.t1_2 IN (SELECT t2.folder_id FROM app.animals AS t2 WHERE t2.id = <3>))',
    ],
    [
      'searches for each row what can be a long list',
      or(named),
      '(p.id = <1> OR EXISTS (SELECT 1 FROM page_tags AS t1 JOIN app.tags AS t2 ON t2.id = t1.tag_id WHERE t1.page_id = p.id AND t2.name = <a>))',
    ],
    [
      'searches for each row what depends on it',
      or(inFolder(compare(path(other, 'id'), '=', value(3)), compare(path(other, 'views'), '<', path(page, 'views')))),
      '(p.id = <1> OR EXISTS (SELECT 1 FROM app.pages AS t1 WHERE t1.folder_id = p.folder_id AND t1.id = <3> AND t1.views < p.views))',
    ],
    [
      'joins the rows that all rows of the result have',
      tagged,
      '(EXISTS (SELECT 1 FROM page_tags AS t1 WHERE t1.page_id = p.id AND t1.tag_id = <3>))',
    ],
    [
      'searches for each row where few rows are looked at',
      {
        kind: 'and',
        of: [compare(value(7), '=', path(page, 'id')), or(tagged)],
      },
      '(p.id = <7> AND (p.id = <1> OR EXISTS (SELECT 1 FROM page_tags AS t1 WHERE t1.page_id = p.id AND t1.tag_id = <3>)))',
    ],
    [
      'lists the keys of an alternative where many are',
      { kind: 'and', of: [compare(path(page, 'open'), '=', value(true)), or(tagged)] },
      `(p.open = TRUE AND ${among})`,
    ],
    [
      'searches for each row under a negation',
      or({ kind: 'not', of: tagged }),
      '(p.id = <1> OR NOT EXISTS (SELECT 1 FROM page_tags AS t1 WHERE t1.page_id = p.id AND t1.tag_id = <3>))',
    ],
  ])('%s', (_, condition, expected) => {
    expect(printed(condition, 'postgresql', true)).toBe(expected)
  })

  it('has the same form as others on a database that estimates them well', () => {
    for (const dialect of ['sqlite', 'mysql'] as const)
      expect(printed(or(tagged), dialect, true)).toBe(printed(or(tagged), dialect))
    expect(printed(or(tagged))).toContain('EXISTS')
  })
})
