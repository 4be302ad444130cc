import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { deriveCheck } from '../../authorizer/plans/plans.js'
import type { Condition, Definition, Ref } from '../condition.js'
import { Deriver } from '../derive/derive.js'
import { conditionsIn, mapParts } from '../visit.js'
import { forCheck, forDefinition, simplify } from './passes.js'
import { assignmentsOf, outcomeOf } from './testing/assignments.js'

class User {}
class Role {}
class Doc {}

const boolean = { type: Boolean, nullable: false } as const
const declared = {
  User: { a: boolean, b: boolean, roles: { many: 'Role' } },
  Role: { name: { type: String, nullable: false }, x: boolean },
  Doc: { c: boolean, parent: { one: 'Doc' } },
} as const

/** Returns the residual of a rule's body, as it is derived. */
function conditionOf(body: string, isDeclared: boolean) {
  const authorizer = new Authorizer({ log: () => {} })
  for (const cls of [User, Role, Doc])
    authorizer.registerClass(cls, isDeclared ? { fields: declared[cls.name as 'User'] } : {})
  authorizer.loadSync(`
    allow(u: User, "read", d: Doc) if (${body}) and u matches User and d matches Doc;
    up(u: User, d: Doc) if d.c = true or editor(u, d) or (d.parent != nil and up(u, d.parent));
    editor(u: User, d: Doc) if u.a = true or (d.parent != nil and editor(u, d.parent));`)
  const { policy, schema } = authorizer
  const deriver = new Deriver(policy!, schema)
  const [user, doc] = [{ model: 'User' }, { model: 'Doc' }]
  return { schema, condition: deriveCheck(schema, user, { action: 'read' }, doc, deriver) }
}

/** Replaces the bodies of recursive definitions. */
function withBodies(condition: Condition, bodyOf: (definition: Definition) => Condition): Condition {
  const copies = new Map<Definition, Definition>()
  const replaced = (one: Condition): Condition =>
    one.kind === 'ref' ? { ...one, definition: copyOf(one) } : mapParts(one, replaced)
  const copyOf = ({ definition }: Ref): Definition => {
    let copy = copies.get(definition)
    if (!copy) {
      const own: { -readonly [Key in keyof Definition]: Definition[Key] } = { ...definition }
      copies.set(definition, own)
      own.condition = replaced(bodyOf(definition))
      copy = own
    }
    return copy
  }
  return replaced(condition)
}

const [a, b, c] = ['u.a = true', 'u.b = true', 'd.c = true']
const role = (name: string, more = ''): string => `(r in u.roles and r.name = "${name}"${more})`
const bodies = [
  `${a} or ${b} or ${a}`,
  `(${a} and ${b}) or (${a} and ${c})`,
  `(${a} and ${c}) or (${b} and ${c})`,
  `${a} or (${a} and ${b})`,
  `${a} or (${b} and ${a})`,
  `${a} or (${b} and (${a} or ${c}))`,
  `${a} or ${c} or (${b} and (${c} or ${a}))`,
  `${role('a')} or (${b} and (${role('a')} or ${c}))`,
  `${a} or (r in u.roles and (r.x = true or ${a}))`,
  `(${a} and ${b}) or (${c} and ${b}) or ${b}`,
  `(${a} and ${b}) or (${c} and ${b} and ${a})`,
  `(${a} and ${b}) or (${a} and (${c} or (${b} and ${c})))`,
  `(${a} and ${role('a')}) or (${c} and ${a} and (${role('a')} or ${b}))`,
  `${a} and (${b} or ${c}) and ${a}`,
  `not (${a} and ${b}) or not (${a} and ${c})`,
  `not (not (${a} or ${b})) and ${c}`,
  `${role('a', ' and r.x = true')} or ${role('b', ' and r.x = true')}`,
  `${role('a', ' and r.x = true')} or ${c} or (r in u.roles and r.x = true)`,
  `(r in u.roles and (r.name = "a" or r.x = false) and r.x = true) or ${role('b')}`,
  `(${a} and ${role('a')}) or (${b} and ${role('b')}) or ${role('c')}`,
  `(${a} and ${role('a', ' and r.x = true')}) or ${role('a', ' and r.x = true')}`,
  `${role('a')} or (${a} and ${role('a', ` and ${c}`)})`,
  'up(u, d)',
  `${a} or up(u, d) or (${b} and editor(u, d))`,
]

describe.each([true, false])(
  'A rewrite has the outcome of the original for all assignments; declared: %s',
  (isDeclared) => {
    const values = isDeclared ? [true, false] : [true, false, undefined]
    const names = isDeclared ? ['a', 'b'] : ['a', 'b', undefined]
    const roles = [...assignmentsOf({ name: names, x: values })]
    const lists = [[], ...roles.map((one) => [one]), ...roles.flatMap((one) => roles.map((other) => [one, other]))]
    const users = [...assignmentsOf({ a: values, b: values, roles: [...lists, ...(isDeclared ? [] : [undefined])] })]
    const parents = [null, ...assignmentsOf({ c: values, parent: [null, ...(isDeclared ? [] : [undefined])] })]
    const circle: Record<string, unknown> = { c: false }
    circle['parent'] = circle
    const docs = [...assignmentsOf({ c: values, parent: [...parents, circle] })]

    test.each(bodies.flatMap((body) => [body, `not (${body})`]))('%s', (body) => {
      const { schema, condition } = conditionOf(body, isDeclared)
      const absorbed = withBodies(condition, (definition) => forDefinition(schema, definition))
      const rewrites = { gathered: forCheck(schema, condition), simple: simplify(condition), absorbed }
      const all = { ...rewrites, both: forCheck(schema, simplify(condition)) }
      const reads = (field: string): boolean =>
        [...conditionsIn(condition)].some((one) => JSON.stringify(one, withoutSpans)?.includes(`"${field}"`))
      const asked = reads('roles') ? users : users.filter((user) => user['roles'] === lists[0])
      for (const actor of asked)
        for (const resource of reads('parent') ? docs : docs.filter((doc) => doc['parent'] === null)) {
          const expected = outcomeOf(condition, { actor, resource })
          for (const [name, one] of Object.entries(all))
            if (outcomeOf(one, { actor, resource }) !== expected)
              expect({ name, actor, resource, outcome: outcomeOf(one, { actor, resource }) }).toBe(expected)
        }
      expect(Object.keys(all)).toHaveLength(4)
    })
  },
)

function withoutSpans(key: string, value: unknown): unknown {
  return key === 'span' || key === 'definition' ? undefined : value
}
