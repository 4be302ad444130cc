import { describe, expect, test } from 'vitest'
import { Source } from '../../language/source.js'
import { buildPolicy } from '../buildPolicy.js'
import { diagnosticsOf, officeSchema, problems } from '../testing/problems.js'
import { allChecks } from './all.js'

const allow = 'allow(u: Person, "read", _) if is_out(u);'

describe('uncalled-rule', () => {
  test.each([
    [
      'finds a clause under a misspelt name',
      `${allow} is_out(_: Employee); is_uot(_: Person);`,
      ['1:64 is_uot(_: Person)'],
    ],
    ['finds a misspelt entry rule', 'alow(_: Person, "read", _);', ['1:1 alow(_: Person, "read", _)']],
    [
      'finds an entry rule for fields',
      'allow(_, "a", _); allow_feild(_, "a", _, "b");',
      ['1:19 allow_feild(_, "a", _, "b")'],
    ],
    [
      'knows the rule for links',
      'allow(_, "a", _); allow_link(_, _, "tags", _); allow_link(_, _, _);',
      ['1:48 allow_link(_, _, _)'],
    ],
    ['reports the rules of a name once', 'allow(_, "a", _); f(1); f(2);', ['1:19 f(1)']],
    ['does not report what only an uncalled rule calls', 'allow(_, "a", _); f(x) if g(x); g(1);', ['1:19 f(x)']],
    ['reports rules that call themselves', 'allow(_, "a", _); f(x) if f(x);', ['1:19 f(x)']],
    ['reports rules that call each other once', 'allow(_, "a", _); f(x) if g(x); g(x) if f(x);', ['1:19 f(x)']],
    ['finds rules with another number of parameters', `${allow} is_out(_); is_out(_, 1);`, ['1:54 is_out(_, 1)']],
    ['leaves a wrong number of arguments to its own check', 'allow(_, "a", x) if f(x); f(_, 1);', []],
    ['accepts rules that an inline query calls', 'allow(_, "a", _); f(1); ?= f(1);', []],
    [
      'accepts calls below not and forall',
      'allow(_, "a", x) if not f(x) and forall(g(x), h(x)); f(1); g(1); h(1);',
      [],
    ],
    ['accepts the rules of a policy that is queried by name', 'visible(x) if part(x); part(1); edit(1);', []],
    [
      'accepts the rules that blocks need',
      'actor Person {} resource Folder { roles = ["a"]; } has_role(_: Person, "a", _: Folder); allow(x, y, z) if has_permission(x, y, z);',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('uncalled-rule', policy)).toEqual(found)
  })

  test('suggests the nearest name that is called, and the declaration', () => {
    const hints = diagnosticsOf('uncalled-rule', `${allow} is_out(_: Employee); is_uot(_: Person);`).map(
      ({ hint }) => hint,
    )
    expect(hints).toEqual([
      'did you mean "is_out"? Or if the application queries it, declare it: new Authorizer({ queryRules: ["is_uot"] })',
    ])
  })

  test('accepts rules that the application declares', () => {
    const source = new Source('allow(_, "a", _); f(x) if g(x); g(1); h(1);')
    const { diagnostics } = buildPolicy([source], officeSchema(), allChecks(), { queryRules: new Set(['f']) })
    expect(diagnostics.map(({ message }) => message)).toEqual(['Nothing calls the rule h.'])
  })
})
