import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('undeclared-term', () => {
  test.each([
    ['points at what is granted but not declared', 'resource Company { roles = ["a"]; "b" if "a"; }', ['1:35 "b"']],
    [
      'finds what another block of the class declares',
      'resource Company { roles = ["a"]; "b" if "a"; } resource Company { permissions = ["b"]; } has_role(_: Company, "a", _: Company);',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('undeclared-term', policy)).toEqual(found)
  })

  test.each([
    [
      'several rules have the right name',
      'resource Company { roles = ["adnim"]; permissions = ["a", "b"]; "a" if "admin"; "b" if "admin"; }',
    ],
    [
      'another block has it',
      'resource Company { roles = ["adnim"]; permissions = ["a"]; "a" if "admin"; } resource Folder { roles = ["admin"]; }',
    ],
  ])('points at a misspelt declaration if %s', (_, policy) => {
    expect(problems('undeclared-term', policy)).toEqual(['1:29 "adnim"'])
  })

  test('suggests a near one', () => {
    expect(
      diagnosticsOf(
        'undeclared-term',
        'resource Company { roles = ["reader"]; permissions = ["read"]; "readr" if "reader"; }',
      ).map((one) => one.hint),
    ).toEqual(['did you mean "reader"?'])
  })
})
