// @casl/ability with mongo conditions. As its guide says, an ability is made for a user; it is measured kept and made anew.
import { AbilityBuilder, createMongoAbility } from '@casl/ability'

const repoActions = { reader: ['read'], maintainer: ['read', 'push'], admin: ['read', 'push', 'close'] }
const orgActions = { member: ['read'], owner: ['read', 'push', 'close'] }

const definitions = {
  W1: (workload) => (user, can) => {
    for (const role of user.roles) for (const grant of workload.grants[role]) can(grant.actions, grant.types)
  },
  W2: () => (user, can) => {
    for (const role of user.repoRoles) can(repoActions[role.name], 'Issue', { repoId: role.repoId })
    for (const role of user.orgRoles) can(orgActions[role.name], 'Issue', { 'repo.orgId': role.orgId })
  },
  W3: () => (user, can, cannot) => {
    const { id, department, clearance } = user
    const notArchived = { status: { $ne: 'archived' } }
    can('read', 'Document', { ownerId: id })
    can('read', 'Document', { isPublic: true, status: 'published' })
    can('read', 'Document', { department, clearance: { $lte: clearance }, status: { $ne: 'draft' } })
    can('update', 'Document', { ownerId: id, ...notArchived, isLocked: { $ne: true } })
    if (user.isManager) can('update', 'Document', { department, ...notArchived, clearance: { $lt: clearance } })
    can('delete', 'Document', { ownerId: id, status: 'draft' })
    if (user.isSuspended) cannot('manage', 'all')
  },
  // It has no recursion, so it is given the path of ancestors, for nothing.
  W4: () => (user, can) => {
    can('read', 'Folder', { path: { $in: user.roles.map((role) => role.folderId) } })
  },
  W5: (workload) => (user, can) => {
    workload.types.forEach((type, index) => {
      for (const action of workload.actions) {
        if (user.roles.includes(workload.roleFor(index, action))) can(action, type)
        can(action, type, { ownerId: user.id, level: { $lte: user.level } })
      }
    })
  },
}

/** Makes a user's ability. */
export function abilityMaker(workload) {
  const define = definitions[workload.name.slice(0, 2)](workload)
  return (user) => {
    const builder = new AbilityBuilder(createMongoAbility)
    define(user, builder.can, builder.cannot)
    return builder.build()
  }
}

export async function contenders(workload) {
  const abilityOf = abilityMaker(workload)
  const abilities = new Map(workload.users.map((user) => [user, abilityOf(user)]))
  return [
    {
      name: 'CASL, ability cached',
      prepare: ({ user, action, resource }) => ({ ability: abilities.get(user), action, resource }),
      decide: (input) => input.ability.can(input.action, input.resource),
    },
    {
      name: 'CASL, per request',
      decide: (check) => abilityOf(check.user).can(check.action, check.resource),
    },
  ]
}
