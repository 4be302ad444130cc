import { describe, expect, test } from 'vitest'
import type { Schema } from '../../schema/schema.js'
import { createSchema } from '../../values/builtIns.js'
import { diagnosticsOf, problems } from '../testing/problems.js'

let ran = 0
class Clock {
  static zone = 'UTC'
  readonly inner = { limit: 3 }
  get now(): Date {
    ran++
    return new Date()
  }
  hourAgo(): Date {
    return new Date()
  }
}
class User {
  isOwner(): boolean {
    return true
  }
}
class Admin extends User {
  isRoot(): boolean {
    return true
  }
}

function schema(): Schema {
  const made = createSchema()
  const fields = new Map(
    (['string', 'date', 'integer'] as const).map((type) => [
      type,
      { kind: 'scalar', name: type, type, nullable: false, list: false } as const,
    ]),
  )
  for (const cls of [User, Admin])
    made.registerModel({ name: cls.name, class: cls, fields, key: undefined, closed: false, isaCheck: undefined })
  made.registerConstant('clock', new Clock())
  made.registerConstant('Clock', Clock)
  made.registerConstant('config', { actions: ['a'], missing: undefined })
  made.registerConstant(
    'secret',
    new Proxy(
      {},
      {
        has: () => {
          throw new Error('closed')
        },
      },
    ),
  )
  return made
}

describe('unknown-member', () => {
  test.each([
    ['a field of a constant', 'f(x) if x = clock.hourAgoo;', ['1:19 hourAgoo']],
    ['a method of a constant', 'f(x) if x = clock.hoursAgo();', ['1:19 hoursAgo()']],
    ['a static member of a class', 'f(x) if x = Clock.zon;', ['1:19 zon']],
    ['a field of a field', 'f(x) if x = clock.inner.limt;', ['1:25 limt']],
    ['a method of a list', 'f(x) if config.actions.include(x);', ['1:24 include(x)']],
    ['a method of an instance', 'f(x: User) if x.isOwnr();', ['1:17 isOwnr()']],
    ['a method of a text', 'f(x: User) if x.string.startWith("a");', ['1:24 startWith("a")']],
    ['a method of a date', 'f(x: User) if x.date.getTme() = 1;', ['1:22 getTme()']],
    ['a method of a number', 'f(x: User) if x.integer.includes(1);', ['1:25 includes(1)']],
  ])('points at %s', (_, policy, found) => {
    expect(problems('unknown-member', policy, schema())).toEqual(found)
  })

  test.each([
    ['members that are there', 'f(x) if x = clock.hourAgo() and x = Clock.zone and x = clock.inner.limit;'],
    ['what a getter returns', 'f(x) if x = clock.now.anything.at.all;'],
    ['what a method returns', 'f(x) if x = clock.hourAgo().anything;'],
    ['undefined fields', 'f(x) if x = config.missing;'],
    ['objects that do not tell', 'f(x) if x = secret.anything;'],
    ['methods of instances that no method resembles', 'f(x: User) if x.mayEnter();'],
    ['methods of subclasses', 'f(x: User) if x.isRoot();'],
    [
      'methods of built-in values',
      'f(x: User) if x.string.startsWith("a") and x.date.getTime() = x.integer.valueOf();',
    ],
    ['other variables', 'f(x, y) if x.anything() = y.anything;'],
  ])('accepts %s', (_, policy) => {
    ran = 0
    expect(problems('unknown-member', policy, schema())).toEqual([])
    expect(ran).toBe(0)
  })

  test('suggests a near one', () => {
    const [first] = diagnosticsOf('unknown-member', 'f(x) if x = clock.hourAgoo;', schema())
    expect([first?.message, first?.hint]).toEqual(['clock has no field "hourAgoo".', 'did you mean "hourAgo"?'])
  })
})
