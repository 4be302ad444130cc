import { describe, expect, test } from 'vitest'
import type { Field, Model, ScalarType } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { createSchema } from '../../values/builtIns.js'
import { diagnosticsOf, problems } from '../testing/problems.js'

class User {}
class Admin extends User {}
class Member {}
class Document {}
class Open {}

const scalar = (name: string, type: ScalarType, nullable = false, list = false): Field => {
  return { kind: 'scalar', name, type, nullable, list }
}
const relation = (name: string, model: string, many: boolean, nullable = false): Field => {
  return { kind: 'relation', name, model, many, kept: true, nullable, from: [], to: [] }
}

function schema(): Schema {
  const made = createSchema()
  const add = (cls: NonNullable<Model['class']>, ...fields: readonly Field[]): void => {
    const named = new Map(fields.map((field) => [field.name, field]))
    const key = fields.length > 0 ? ['id'] : undefined
    made.registerModel({ name: cls.name, class: cls, fields: named, key, closed: false, isaCheck: undefined })
  }
  add(User, scalar('id', 'integer'), scalar('name', 'string'), scalar('nick', 'string', true))
  add(Admin)
  add(Member, scalar('id', 'integer'), relation('user', 'User', false))
  add(
    Document,
    scalar('id', 'bigint'),
    scalar('title', 'string'),
    scalar('size', 'decimal', true),
    scalar('made', 'date'),
    scalar('data', 'json'),
    scalar('tags', 'string', false, true),
    relation('owner', 'User', false),
    relation('editor', 'User', false, true),
    relation('members', 'Member', true),
  )
  add(Open)
  return made
}

describe('never-equal', () => {
  test.each([
    ['a text and a number', 'f(d: Document) if d.title = 1;', ['1:19 d.title = 1']],
    ['a number and a text, asked by ==', 'f(d: Document, u: User) if u.name == d.id;', ['1:28 u.name == d.id']],
    ['a row and its key', 'f(d: Document, u: User) if d.owner = u.id;', ['1:28 d.owner = u.id']],
    ['rows of two models', 'f(d: Document, u: User) if d = u;', ['1:28 d = u']],
    ['what stands for a field', 'f(d: Document) if t = d.title and t = 1;', ['1:35 t = 1']],
    ['a list and its element', 'f(d: Document) if d.tags = "a";', ['1:19 d.tags = "a"']],
    ['what no element is', 'f(d: Document, u: User) if u in d.members;', ['1:28 u in d.members']],
    ['what no element of a literal is', 'f(d: Document) if d.id in ["a", "b"];', ['1:19 d.id in ["a", "b"]']],
    ['what no tag is', 'f(d: Document) if 1 in d.tags;', ['1:19 1 in d.tags']],
    ['a field of a pattern', 'f(_: Document{title: 1});', ['1:15 title: 1']],
    ['a date and a text', 'f(d: Document) if d.made = "2020";', ['1:19 d.made = "2020"']],
    [
      'what can be nil on one side only',
      'f(d: Document) if d.size = "1" and d.editor = 1;',
      ['1:19 d.size = "1"', '1:36 d.editor = 1'],
    ],
    [
      'what is no nil any more',
      'f(d: Document, u: User) if u.nick != nil and u.nick = d.size;',
      ['1:46 u.nick = d.size'],
    ],
  ])('finds %s', (_, policy, found) => {
    expect(problems('never-equal', policy, schema())).toEqual(found)
  })

  test.each([
    ['numbers of two types', 'f(d: Document, u: User) if d.id = u.id and d.size = 1;'],
    ['two that can both be nil', 'f(d: Document, u: User) if d.size = u.nick;'],
    ['nil', 'f(d: Document) if d.title = nil;'],
    ['JSON, and what nothing is known of', 'f(d: Document, x) if d.data = 1 and d.other = 1 and x = 1;'],
    ['a subclass', 'f(d: Document, a: Admin) if d.owner = a;'],
    ['classes that declare nothing', 'f(o: Open) if o = 1;'],
    ['an element', 'f(d: Document, u: User) if m in d.members and m.user = u and u.name in d.tags;'],
    ['orderings, which are errors, and !=', 'f(d: Document) if d.title != 1;'],
    ['built-in classes', 'f(s: String, i: Integer, d: Document) if d.title = s and d.id = i;'],
  ])('lets %s pass', (_, policy) => {
    expect(problems('never-equal', policy, schema())).toEqual([])
  })

  test.each([
    ['d.owner = u.id', 'compare its key: d.owner.id'],
    ['d.tags = "a"', 'look for it in the list: "a" in d.tags'],
    ['u in d.members', 'compare a field of an element: one in d.members and one.… = …'],
    ['d.title = 1', undefined],
  ])('suggests an alternative: %s', (goal, hint) => {
    const found = diagnosticsOf('never-equal', `f(d: Document, u: User) if ${goal} and u.id = d.id;`, schema())
    expect(found.map((one) => one.hint)).toEqual([hint])
  })

  test('names both types', () => {
    const [found] = diagnosticsOf('never-equal', 'f(d: Document, u: User) if d.owner = u.id;', schema())
    expect(found?.message).toBe('d.owner is a row of User and u.id a number: they are never equal.')
  })
})
