import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('singleton-variable', () => {
  test.each([
    ['names a variable that stands once in a head', 'f(x) if g(1); g(1);', ['1:3 x']],
    ['names one that stands once in a body', 'f(x) if x = y;', ['1:13 y']],
    ['names one in each arm', 'f(x) if x = 1 or y = 2 or not x = z;', ['1:18 y', '1:35 z']],
    [
      'names those in patterns',
      'f(_: Document{title: t}); g(_: {n}); h(x: Document{title: Zork}) if x = 1;',
      ['1:22 t', '1:33 n', '1:59 Zork'],
    ],
    [
      'names those of lookups, lists and arguments',
      'f(x) if x.(k) = [1, *r] and x.m(a: b) = 1;',
      ['1:12 k', '1:22 r', '1:36 b'],
    ],
    ['lets underscores pass', 'f(_, _x) if g(_y); g(_);', []],
    ['lets registered names and namespaces pass', 'f(x) if x in [nil, limit, Person, app::Thing];', []],
    ['does not look at types, inline queries and shorthand', 'type f(x); ?= y = 1; f(_);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('singleton-variable', policy)).toEqual(found)
  })

  test('suggests nil for null', () => {
    expect(diagnosticsOf('singleton-variable', 'f(x) if x = null;').map((one) => one.hint)).toEqual([
      'did you mean "nil"?',
    ])
  })

  test('reports two names that are nearly the same once, with both ways out', () => {
    const found = diagnosticsOf('singleton-variable', 'f(note, size) if nte.size = 1;')
    expect(found.map((one) => [one.message, one.hint])).toEqual([
      [
        'The variable size appears only once in this rule.',
        'correct the name, or rename an unused variable to _size or _',
      ],
      [
        'The variable nte appears only once in this rule.',
        'did you mean "note"? Or rename an unused variable to _nte or _',
      ],
    ])
  })

  test('suggests an underscore for an unused variable', () => {
    expect(diagnosticsOf('singleton-variable', 'f(color) if 1 = 1;').map((one) => one.hint)).toEqual([
      'correct the name, or rename an unused variable to _color or _',
    ])
  })
})

describe('unknown-specializer', () => {
  test.each([
    ['names a class that nobody registered', 'f(_: Nobody);', ['1:6 Nobody']],
    ['names one behind matches', 'f(x) if x matches Nobody{a: 1};', ['1:19 Nobody{a: 1}']],
    ['lets registered classes and unions pass', 'f(_: Person, _: Actor, _: Resource, _: Integer);', []],
    ['names one that stands twice once', 'f(_: Nobody, _: Nobody);', ['1:6 Nobody']],
    ['names one that is called like a variable', 'f(person: person) if g(person);', ['1:11 person']],
  ])('%s', (_, policy, found) => {
    expect(problems('unknown-specializer', policy)).toEqual(found)
  })

  test.each([
    ['f(_: int);', 'did you mean "Integer"?'],
    ['f(_: str);', 'did you mean "String"?'],
    ['f(_: Dict);', 'did you mean "Dictionary"?'],
    ['f(_: Persn);', 'did you mean "Person"?'],
    [
      'f(_: Xylophone);',
      'register it: registerClass(Xylophone); for a model of an ORM, set up the ORM before you load policies',
    ],
  ])('%s: %s', (policy, hint) => {
    expect(diagnosticsOf('unknown-specializer', policy).map((one) => one.hint)).toEqual([hint])
  })
})
