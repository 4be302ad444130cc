import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('missing-required-rule', () => {
  test.each([
    [
      'points at the first role where no rule gives roles',
      'actor Person {} resource Company { roles = ["a", "b"]; permissions = ["p"]; "p" if "a"; }',
      ['1:45 "a"'],
    ],
    [
      'is content with a role that follows from another',
      'actor Person {} resource Company { roles = ["a", "b"]; "b" if "a"; }',
      [],
    ],
    [
      'wants a rule for a relation behind on',
      'resource Company { permissions = ["p"]; } resource Folder { permissions = ["p"]; relations = {c: Company}; "p" if "p" on "c"; }',
      ['1:98 Company'],
    ],
    [
      'wants a rule for a relation that grants',
      'actor Person {} resource Folder { permissions = ["p"]; relations = {o: Person}; "p" if "o"; }',
      ['1:72 Person'],
    ],
    [
      'wants a rule for a relation that grants from afar',
      'actor Person {} resource Company { relations = {o: Person}; } resource Folder { permissions = ["p"]; relations = {c: Company}; "p" if "o" on "c"; } has_relation(_: Company, "c", _: Folder);',
      ['1:52 Person'],
    ],
    ['wants none where nobody asks', 'resource Company {} resource Folder { relations = {c: Company}; }', []],
  ])('%s', (_, policy, found) => {
    expect(problems('missing-required-rule', policy)).toEqual(found)
  })

  test('suggests the rule to write', () => {
    expect(
      diagnosticsOf(
        'missing-required-rule',
        'resource Folder { permissions = ["p"]; relations = {c: Folder}; "p" if "p" on "c"; }',
      ).map((one) => one.hint),
    ).toEqual(['write has_relation(subject: Folder, "c", object: Folder) if …;'])
  })
})
