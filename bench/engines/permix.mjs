// permix: a rules object for a user, with the application's own functions as conditions. No relations, no recursion.
import { createPermix } from 'permix'

const definitions = {
  W1: (workload) => (user) => {
    const rules = {}
    for (const type of workload.types) rules[type] = { read: false, create: false, update: false, delete: false }
    for (const role of user.roles) {
      for (const grant of workload.grants[role]) {
        for (const type of grant.types) for (const action of grant.actions) rules[type][action] = true
      }
    }
    return rules
  },
  W3: (workload) => (user) => ({
    Document: {
      read: (document) => workload.byHand(user, 'read', document),
      update: (document) => workload.byHand(user, 'update', document),
      delete: (document) => workload.byHand(user, 'delete', document),
    },
  }),
}

export async function contenders(workload) {
  const rulesOf = definitions[workload.name]?.(workload)
  if (!rulesOf) return []
  const kept = new Map(workload.users.map((user) => [user, createPermix(rulesOf(user))]))
  return [
    {
      name: 'permix, rules cached',
      prepare: ({ user, action, resource }) => ({
        permix: kept.get(user),
        type: resource.constructor.name,
        action,
        resource,
      }),
      decide: (input) => input.permix.check(input.type, input.action, input.resource),
    },
    {
      name: 'permix, per request',
      decide: (check) =>
        createPermix(rulesOf(check.user)).check(check.resource.constructor.name, check.action, check.resource),
    },
  ]
}
