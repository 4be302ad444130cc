import { describe, expect, test } from 'vitest'
import type { Field } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { createSchema } from '../../values/builtIns.js'
import { diagnosticsOf, problems } from '../testing/problems.js'

class Issue {}

function schema(): Schema {
  const made = createSchema()
  const values = ['open', 'closed']
  const fields: readonly Field[] = [
    { kind: 'scalar', name: 'status', type: 'enum', nullable: true, list: false, values },
    { kind: 'scalar', name: 'history', type: 'enum', nullable: false, list: true, values },
    { kind: 'scalar', name: 'level', type: 'enum', nullable: false, list: false },
    { kind: 'scalar', name: 'title', type: 'string', nullable: false, list: false },
    { kind: 'scalar', name: 'due', type: 'date', nullable: true, list: false },
    { kind: 'scalar', name: 'size', type: 'integer', nullable: true, list: false },
    { kind: 'relation', name: 'parent', model: 'Issue', many: false, kept: true, nullable: true, from: [], to: [] },
  ]
  const named = new Map(fields.map((field) => [field.name, field]))
  made.registerModel({ name: 'Issue', class: Issue, fields: named, key: undefined, closed: true, isaCheck: undefined })
  return made
}

describe('unknown-value', () => {
  test.each([
    ['=', 'f(i: Issue) if i.status = "opne";', ['1:27 "opne"']],
    ['= the other way round', 'f(i: Issue) if "opne" = i.status;', ['1:16 "opne"']],
    ['!=', 'f(i: Issue) if i.status != "opne";', ['1:28 "opne"']],
    ['in', 'f(i: Issue) if i.status in ["open", "close"];', ['1:37 "close"']],
    ['an element of a list', 'f(i: Issue) if "opne" in i.history;', ['1:16 "opne"']],
    ['a pattern', 'f(_: Issue{status: "opne"});', ['1:20 "opne"']],
    ['matches', 'f(i: Issue) if i.status matches "opne";', ['1:33 "opne"']],
    ['a variable', 'f(i: Issue) if s = i.status and s = "opne";', ['1:37 "opne"']],
    ['a related row', 'f(i: Issue) if i.parent != nil and i.parent.status = "opne";', ['1:54 "opne"']],
    ['not', 'f(i: Issue) if not i.status = "opne";', ['1:31 "opne"']],
    ['a value that is one', 'f(i: Issue) if i.status = "open" and "closed" in i.history and i.status in ["open"];', []],
    ['an enum of unknown values', 'f(i: Issue) if i.level = "opne";', []],
    ['a text', 'f(i: Issue) if i.title = "opne";', []],
  ])('by %s', (_, policy, found) => {
    expect(problems('unknown-value', policy, schema())).toEqual(found)
  })

  test('suggests the nearest value', () => {
    const [first] = diagnosticsOf('unknown-value', 'f(i: Issue) if i.status = "opne";', schema())
    expect([first?.message, first?.hint]).toEqual(['"opne" is not a value of the enum status.', 'did you mean "open"?'])
  })
})

describe('incomparable', () => {
  test.each([
    ['a date and a text', 'f(i: Issue) if i.due < "2020-01-01";', ['1:16 i.due < "2020-01-01"']],
    ['a text and a number', 'f(i: Issue) if 1 >= i.title;', ['1:16 1 >= i.title']],
    ['a date and a year', 'f(i: Issue) if 2020 < i.due;', ['1:16 2020 < i.due']],
    ['a date and milliseconds', 'f(i: Issue) if i.due < 1600000000000;', []],
    ['two texts', 'f(i: Issue) if i.title < "m" and i.status > "m";', []],
    ['numbers and dates', 'f(i: Issue) if i.size < 3 and i.due < i.parent.due;', []],
    ['equality, which has its own check', 'f(i: Issue) if i.due = "2020-01-01";', []],
  ])('compares %s', (_, policy, found) => {
    expect(problems('incomparable', policy, schema())).toEqual(found)
  })
})

describe('unknown-field in allow_field and allow_link', () => {
  test.each([
    ['a head', 'allow_field(_, "read", _: Issue, "titel");', ['1:34 "titel"']],
    ['a list', 'allow_field(_, "read", _: Issue, field) if field in ["title", "titel"];', ['1:63 "titel"']],
    ['a comparison', 'allow_field(_, "read", _: Issue, field) if field = "titel" or "due" = field;', ['1:52 "titel"']],
    ['a relation', 'allow_link(_, _: Issue, "parnt", _); allow_link(_, _: Issue, "parent", _);', ['1:25 "parnt"']],
    ['other actions', 'allow_field(_, "titel", _: Issue, "title"); allow_field(_, x, _, "titel") if x = "titel";', []],
  ])('points at %s', (_, policy, found) => {
    expect(problems('unknown-field', policy, schema())).toEqual(found)
  })
})
