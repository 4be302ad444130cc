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

describe('undeclared-term', () => {
  test.each([
    ['points at what a rule follows from', 'resource Company { roles = ["a"]; "a" if "b"; }', ['1:42 "b"']],
    ['points at the relation', 'resource Company { roles = ["a"]; "a" if "b" on "c"; }', ['1:49 "c"']],
    [
      'leaves what is behind the relation to others',
      'resource Company { roles = ["a"]; relations = {c: Folder}; "a" if "b" on "c"; }',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('undeclared-term', policy)).toEqual(found)
  })
})

describe('relation-keyword', () => {
  test.each([
    [
      'points at another word',
      'resource Company { roles = ["a"]; relations = {c: Company}; "a" if "a" onn "c"; }',
      ['1:72 onn'],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('relation-keyword', policy)).toEqual(found)
  })
})

describe('not-a-relation', () => {
  test.each([
    ['points at a role behind on', 'resource Company { roles = ["a"]; "a" if "a" on "a"; }', ['1:49 "a"']],
    [
      'lets relations pass',
      'resource Company { permissions = ["a"]; relations = {c: Company}; "a" if "a" on "c"; } has_relation(_: Company, "c", _: Company);',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('not-a-relation', policy)).toEqual(found)
  })
})

describe('missing-related-block', () => {
  test.each([
    [
      'points at the class that has none',
      'resource Company { roles = ["a"]; relations = {c: Folder}; "a" if "b" on "c"; }',
      ['1:51 Folder'],
    ],
    ['is content where no rule goes there', 'resource Company { relations = {c: Folder}; }', []],
  ])('%s', (_, policy, found) => {
    expect(problems('missing-related-block', policy)).toEqual(found)
  })
})

describe('undeclared-related-term', () => {
  test.each([
    [
      'points at what the other block does not declare',
      'resource Folder {} resource Company { roles = ["a"]; relations = {c: Folder}; "a" if "b" on "c"; }',
      ['1:86 "b"'],
    ],
    [
      'asks the other block, not the own one',
      'resource Folder { permissions = ["b"]; } resource Company { permissions = ["a"]; relations = {c: Folder}; "a" if "b" on "c"; "a" if "a" on "c"; }',
      ['1:133 "a"'],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('undeclared-related-term', policy)).toEqual(found)
  })
})
