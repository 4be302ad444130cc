import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { explain } from './explain.js'
import type { ShowOptions } from './show.js'

const one = (model: string, from: string) => ({ one: model, from, to: 'id', nullable: true }) as const

/** Staff with roles in departments, and bots that are staff without a birthday. */
function authorizerOf(policy: string): Authorizer {
  const authorizer = new Authorizer({ log: () => {} })
  authorizer.registerConstant({ now: () => new Date('2026-01-01') }, 'clock')
  authorizer.registerModels([
    {
      name: 'Staff',
      key: 'id',
      fields: {
        id: 'integer',
        name: 'string',
        born: 'date',
        room: one('Room', 'roomId'),
        roles: { many: 'Role' },
        grades: { many: 'Grade' },
      },
    },
    { name: 'Grade', key: 'name', fields: { name: { type: 'enum', values: ['NURSE', 'HEAD'] } } },
    {
      name: 'Role',
      key: 'id',
      fields: {
        id: 'integer',
        name: { type: 'enum', values: ['NURSE', 'HEAD', 'CLERK'] },
        until: 'date',
        department: one('Department', 'departmentId'),
      },
    },
    { name: 'Room', key: 'id', fields: { id: 'integer', floor: { type: 'integer', nullable: false } } },
    {
      name: 'Department',
      key: 'id',
      fields: { id: 'integer', chiefId: 'integer', chief: one('Staff', 'chiefId'), room: one('Room', 'roomId') },
    },
  ])
  authorizer.loadSync(policy)
  return authorizer
}

const until = new Date('2020-05-05T01:02:03.456Z')
const role = { id: 1, name: 'NURSE', department: { id: 2 }, until }
const staff = { id: 1, name: 'ada', born: until, roles: [role], grades: [], room: { id: 4, floor: 1 } }
const department = { id: 2, chiefId: 9, chief: { id: 9 }, room: { id: 5, floor: 2 } }

function explanationOf(goals: string, options: ShowOptions = {}) {
  const head = ['s: Staff', 'd: Department'].map((one) =>
    new RegExp(`\\b${one[0]}\\b`).test(goals) ? one : `_${one.slice(1)}`,
  )
  const authorizer = authorizerOf(`allow(${head.join(', "read", ')}) if ${goals};
    is_current(until) if until = nil;
    is_current(until) if until > clock.now();
    is_same(one, other) if one = other;
    is_grade("NURSE");`)
  return explain(authorizer, authorizer.as('Staff', staff), 'read', authorizer.as('Department', department), options)
}

function offersOf(goals: string): readonly string[] {
  const { sets } = explanationOf(goals).missing
  return sets.map((leaves) => leaves.map(({ text, where = [] }) => [text, ...where].join(' with ')).join(' and '))
}

describe('what an explanation offers', () => {
  it.each([
    [
      'names an argument as the caller does',
      'r in s.roles and r.name = "NURSE" and is_current(r.until)',
      [
        'a new Role in s.roles with r.name = "NURSE" with is_current(r.until)',
        'r.until = nil',
        'r.until > clock.now()',
      ],
    ],
    ['names the field of a row that a rule compares', 'is_same(s.room, d.room)', ['s.room = Room 5']],
    ['names no literal', 'is_same(s.name, "eve") or is_same("x", s.name)', ['s.name = "eve"', 's.name = "x"']],
    ['is no other row in place of the resource', 'd = s.roles or d.chief = s', ['d.chief = Staff 1']],
    ['is no other key', 'd.id = 7 or d.chief = s', ['d.chief = Staff 1']],
    ['is no other class of the actor', '(s matches Room or d.chief = s)', ['d.chief = Staff 1']],
    ['is no row that a relation does not lead to', 's.room = d.chief or d.chief = s', ['d.chief = Staff 1']],
    ['is no nil for a field that is never nil', 's.room.floor = nil or d.chief = s', ['d.chief = Staff 1']],
    ['is a column once, with the relation that follows it', 'd.chiefId = nil and d.chief = nil', ['d.chiefId = nil']],
    [
      'is no column that contradicts its relation',
      'd.chiefId = nil and d.chief = s or d.room = s.room',
      ['d.room = Room 4'],
    ],
    [
      'is no other value than those of an enum',
      'r in s.roles and r.name = "CHIEF" or d.chief = s',
      ['d.chief = Staff 1'],
    ],
    [
      'is a new row by its key',
      'g in s.grades and is_grade(g.name)',
      ['a new Grade in s.grades with g.name = "NURSE"'],
    ],
  ])('%s', (_, goals, expected) => {
    expect(offersOf(goals)).toEqual(expected)
  })

  it.each([
    's.born matches {getDay: 1}',
    's.born.year = 5',
    'is_current(s.born)',
    'b = s.born and b.getFullYear() > 2030',
  ])('shows no date without `values`, nor through a mask: %s', (goals) => {
    for (const options of [{}, { values: true, mask: ['Staff.born'] }]) {
      const explanation = explanationOf(goals, options)
      expect(`${String(explanation)} ${JSON.stringify(explanation)}`).not.toContain('2020')
    }
  })

  it('says that a date is not nil', () => {
    expect(String(explanationOf('is_same(s.born, nil)', { values: true }))).toContain('✗ s.born is 2020-05-05')
  })
})
