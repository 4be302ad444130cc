import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

const door = 'allow(a, x, r) if ok(a, x, r) and not out(a, x, r); ok(_, _, _); '
const out = 'out(p: Person, _, _: Document) if p.name = 1; '

describe('bypassed-exception', () => {
  test.each([
    [
      'points at a rule beside the one with the exception',
      'allow(_, "read", _: Document);',
      ['allow(_, "read", _: Document)'],
    ],
    ['points at a rule for everything', 'allow(_: Person, _, _);', ['allow(_: Person, _, _)']],
    ['is content with the same exception', 'allow(a, "read", d: Document) if not out(a, "read", d);', []],
    [
      'is content if a called rule has the exception',
      'allow(a, "b", d) if f(a, d); f(a, d) if not out(a, "b", d);',
      [],
    ],
    [
      'wants it in each of the called rules',
      'allow(a, "b", d) if f(a, d); f(a, d) if not out(a, "b", d); f(_, _);',
      ['allow(a, "b", d)'],
    ],
    ['is content with a resource that the exception never matches', 'allow(_, "read", _: Company);', []],
    ['is content with an actor that the exception never matches', 'allow(_: Company, "read", _: Document);', []],
  ])('%s', (_, rule, found) => {
    expect(problems('bypassed-exception', `${door}${out}${rule}`).map((one) => one.replace(/^\S+ /, ''))).toEqual(found)
  })

  test('compares the action of a rule with a text', () => {
    const one = 'allow(_: Person, "edit", d: Document) if not locked(d); locked(d: Document) if d.title = 1; '
    expect(problems('bypassed-exception', `${one}allow(_: Person, "read", _: Document);`)).toEqual([])
    expect(problems('bypassed-exception', `${one}allow(p: Person, "edit", _: Document) if p.name = 1;`)).toHaveLength(1)
  })

  test('names the exception and its line', () => {
    const [found] = diagnosticsOf('bypassed-exception', `${door}${out}allow(_, "read", _: Document);`)
    expect(found?.message).toBe('This rule can allow what `not out(…)` in line 1 denies.')
    expect(found?.hint).toContain('docs/model/one-door.md')
  })
})
