import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('unknown-field', () => {
  test.each([
    ['points at a field that the model does not have', 'f(d: Document) if d.titel = 1;', ['1:21 titel']],
    ['follows relations', 'f(d: Document) if d.folder.nme = 1 and d.folder.parent.x = 2;', ['1:28 nme', '1:56 x']],
    [
      'follows elements and aliases',
      'f(g: Folder) if d in g.documents and d.x = 1 and p = g.parent and p.y = 2;',
      ['1:40 x', '1:69 y'],
    ],
    [
      'follows an alias of a variable that gets an alias later',
      'f(g: Folder) if p = q.parent and q = g.parent and p.y = 2;',
      ['1:53 y'],
    ],
    ['forgets an alias of another arm', 'f(g: Folder) if (p = g.parent and p.x = 1) or p.y = 2;', ['1:37 x']],
    ['leaves very long paths alone', `f(g: Folder) if g${'.parent'.repeat(60)}.x = 1;`, []],
    [
      'looks at patterns',
      'f(_: Document{titel: 1}); g(x) if x matches Folder{nme: 1, parent: Folder{y: 2}};',
      ['1:15 titel: 1', '1:52 nme: 1', '1:75 y: 2'],
    ],
    [
      'learns from matches, but only where it holds',
      'f(x) if (x matches Folder and x.z = 1) or x.z = 2 or not (x matches Folder) and x.z = 3;',
      ['1:33 z'],
    ],
    [
      'knows that subclasses have more',
      'f(d: Document) if d.level = 1; g(s: Secret) if s.title = 1 and s.levl = 2;',
      ['1:66 levl'],
    ],
    ['lets models pass that do not name all their fields', 'f(p: Person) if p.anything = 1;', []],
    [
      'knows that a list has a length, and no field of its rows',
      'f(g: Folder) if g.documents.length > 1 and g.documents.title = "a";',
      ['1:56 title'],
    ],
    ['leaves methods alone', 'f(d: Document) if d.isOpen();', []],
  ])('%s', (_, policy, found) => {
    expect(problems('unknown-field', policy)).toEqual(found)
  })

  test('suggests a near one', () => {
    expect(diagnosticsOf('unknown-field', 'f(d: Document) if d.titel = 1;').map((one) => one.hint)).toEqual([
      'did you mean "title"?',
    ])
  })
})
