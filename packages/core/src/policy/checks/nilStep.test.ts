import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('nil-step', () => {
  test.each([
    [
      'points at a step from a relation that can be nil',
      'f(d: Document) if d.folder.name = 1;',
      ['1:19 d.folder.name'],
    ],
    ['follows aliases', 'f(d: Document) if g = d.folder and g.name = 1;', ['1:36 g.name']],
    ['follows patterns', 'f(_: Document{folder: g}) if g.name = 1;', ['1:30 g.name']],
    [
      'looks at attributes where the model names them all',
      'f(d: Document) if d.note.text = 1 and d.note.trim() = 2;',
      ['1:19 d.note.text'],
    ],
    ['mentions a path once', 'f(d: Document) if d.folder.name = 1 and d.folder.owner = 2;', ['1:19 d.folder.name']],
    ['is content with a check before', 'f(d: Document) if d.folder != nil and d.folder.name = 1;', []],
    [
      'is content with a negated check before',
      'f(d: Document) if not d.folder = nil and d.folder.name = 1; g(d: Document) if not nil == d.folder and d.folder.name = 1;',
      [],
    ],
    ['is content with a class', 'f(_: Document{folder: g}) if g matches Folder and g.name = 1;', []],
    [
      'knows that a bare name inside a pattern is a variable',
      'f(d: Document{folder: Folder}) if d.folder.name = 1;',
      ['1:35 d.folder.name'],
    ],
    ['is content with a class in the pattern', 'f(d: Document{folder: Folder{}}) if d.folder.name = 1;', []],
    ['is content with what equals something', 'f(d: Document, g: Folder) if d.folder = g and d.folder.name = 1;', []],
    [
      'wants the check in the same arm',
      'f(d: Document) if (d.folder != nil or d.title = 1) and d.folder.name = 1;',
      ['1:56 d.folder.name'],
    ],
    [
      'wants each step to be checked',
      'f(d: Document) if d.folder != nil and d.folder.parent.name = 1;',
      ['1:39 d.folder.parent.name'],
    ],
    ['knows that text operators say no to nil', 'f(d: Document) if d.note.startsWith("a");', []],
    ['lets what is never nil pass', 'f(d: Document) if d.owner.name = 1 and g in d.owner.folders and g.x = 1;', []],
  ])('%s', (_, policy, found) => {
    expect(problems('nil-step', policy)).toEqual(found)
  })

  test('suggests a fix', () => {
    expect(diagnosticsOf('nil-step', 'f(d: Document) if d.folder.name = 1;').map((one) => one.hint)).toEqual([
      'check it first: d.folder != nil and …',
    ])
  })
})

describe('nil-comparison', () => {
  test.each([
    [
      'two relations that can be nil',
      'f(d: Document, e: Document) if d.folder = e.folder;',
      ['1:32 d.folder = e.folder'],
    ],
    ['two attributes', 'f(d: Document, e: Document) if d.note == e.note;', ['1:32 d.note == e.note']],
    ['aliases', 'f(d: Document, e: Document) if g = d.folder and e.folder = g;', ['1:49 e.folder = g']],
    ['the actor of a head without a class', 'allow(u, "read", d: Document) if d.folder = u;', ['1:34 d.folder = u']],
    ['a text that nil differs from', 'f(d: Document) if d.note != "secret";', ['1:19 d.note != "secret"']],
    ['the same by not', 'f(d: Document) if not d.note = "secret";', ['1:23 d.note = "secret"']],
    [
      'what helpers compare',
      'f(d: Document, e: Document) if g(d, e); g(x, y) if x.note = y.note;',
      ['1:52 x.note = y.note'],
    ],
    ['a check before', 'f(d: Document, e: Document) if d.folder != nil and d.folder = e.folder;', []],
    ['a check after', 'f(d: Document, e: Document) if d.folder = e.folder and not e.folder = nil;', []],
    ['nil as an alternative', 'f(d: Document) if d.note = nil or d.note != "secret";', []],
    [
      'nil under not',
      'f(d: Document, e: Document) if d.folder = e.folder and not (d.folder = nil and d.title = 1);',
      [],
    ],
    ['a class in the head', 'allow(u: Folder, "read", d: Document) if d.folder = u;', []],
    [
      'a side that is never nil',
      'f(d: Document, g: Folder) if d.folder = g and d.note = "a" and d.folder = g.parent;',
      [],
    ],
    ['a value and itself', 'f(d: Document) if d.folder = d.folder;', []],
    ['not nil, as a flag', 'f(d: Document) if d.note != true;', []],
    ['a negated equality', 'f(d: Document, e: Document) if not d.folder = e.folder;', []],
  ])('knows %s', (_, policy, found) => {
    expect(problems('nil-comparison', policy)).toEqual(found)
  })

  test('suggests a fix', () => {
    expect(
      diagnosticsOf('nil-comparison', 'f(d: Document, e: Document) if d.folder = e.folder;').map((one) => [
        one.message,
        one.hint,
      ]),
    ).toEqual([
      ['d.folder and e.folder can both be nil, and are equal then.', 'say what nil means: d.folder != nil and …'],
    ])
  })
})
