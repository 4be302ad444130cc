import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

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
