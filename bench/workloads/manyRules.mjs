import { balancedChecks } from './checks.mjs'
import { below, pick, randomOf, sample } from './random.mjs'

class User {
  constructor(id, level, roles) {
    this.id = id
    this.level = level
    this.roles = roles
  }
}

const resourceClass = (name) =>
  ({
    [name]: class {
      constructor(id, ownerId, level) {
        this.id = id
        this.ownerId = ownerId
        this.level = level
      }
    },
  })[name]

const actions = ['read', 'list', 'create', 'update', 'delete']
const roleFor = (typeIndex, action) => `group${typeIndex % 10}_${action}`
const allRoles = Array.from({ length: 10 }, (_, group) => actions.map((action) => `group${group}_${action}`)).flat()

/** The names of the types that so many rules speak of: ten rules a type. */
export const typeNames = (ruleCount) =>
  Array.from({ length: ruleCount / 10 }, (_, index) => `Res${String(index).padStart(3, '0')}`)

/** For every type and action one rule that asks for a role, and one for owner and level. */
export const manyRulesPolicy = (types) =>
  types
    .flatMap((type, index) =>
      actions.flatMap((action) => [
        `allow(user: User, "${action}", _x: ${type}) if "${roleFor(index, action)}" in user.roles;`,
        `allow(user: User, "${action}", x: ${type}) if x.ownerId = user.id and x.level <= user.level;`,
      ]),
    )
    .map((rule) => `${rule}\n`)
    .join('')

/** W5: 10, 100 or 1,000 `allow` rules over a tenth as many types. */
export function manyRules(seed, ruleCount) {
  const random = randomOf(5 + 1000 * seed)
  const types = typeNames(ruleCount)
  const classes = Object.fromEntries(types.map((type) => [type, resourceClass(type)]))
  const users = Array.from({ length: 200 }, (_, id) => new User(id, below(random, 6), sample(random, allRoles, 6)))
  const resources = types.flatMap((type, at) =>
    Array.from(
      { length: Math.max(10, Math.ceil(400 / types.length)) },
      (_, n) => new classes[type](at * 10_000 + n, below(random, 200), below(random, 6)),
    ),
  )
  const owned = groupedByOwner(resources)
  const indexOfType = new Map(types.map((type, index) => [type, index]))
  const checks = balancedChecks(
    random,
    () => {
      const user = pick(random, users)
      const own = owned.get(user.id)
      const resource = own && random() < 0.4 ? pick(random, own) : pick(random, resources)
      return { user, action: pick(random, actions), resource }
    },
    (user, action, resource) =>
      user.roles.includes(roleFor(indexOfType.get(resource.constructor.name), action)) ||
      (resource.ownerId === user.id && resource.level <= user.level),
  )
  return {
    name: `W5-${ruleCount}`,
    title: `${ruleCount.toLocaleString('en')} rules over ${types.length} ${types.length === 1 ? 'type' : 'types'}`,
    classes: { User, ...classes },
    users,
    checks,
    polar: manyRulesPolicy(types),
    byHand: byHand(types, classes),
    types,
    actions,
    roleFor,
  }
}

function groupedByOwner(resources) {
  const groups = new Map()
  for (const resource of resources) groups.set(resource.ownerId, [...(groups.get(resource.ownerId) ?? []), resource])
  return groups
}

function byHand(types, classes) {
  const isOwner = (user, x) => x.ownerId === user.id && x.level <= user.level
  const table = new Map()
  types.forEach((type, index) => {
    const [read, list, create, update, remove] = actions.map((action) => roleFor(index, action))
    table.set(classes[type], (user, action, x) => {
      switch (action) {
        case 'read':
          return user.roles.includes(read) || isOwner(user, x)
        case 'list':
          return user.roles.includes(list) || isOwner(user, x)
        case 'create':
          return user.roles.includes(create) || isOwner(user, x)
        case 'update':
          return user.roles.includes(update) || isOwner(user, x)
        case 'delete':
          return user.roles.includes(remove) || isOwner(user, x)
        default:
          return false
      }
    })
  })
  return (user, action, resource) => {
    const decide = table.get(resource.constructor)
    return decide === undefined ? false : decide(user, action, resource)
  }
}
