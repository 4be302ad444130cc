import { balancedChecks } from './checks.mjs'
import { below, pick, randomOf, sample } from './random.mjs'

class User {
  constructor(id, roles) {
    this.id = id
    this.roles = roles
  }
}

const resourceClass = (name) =>
  ({
    [name]: class {
      constructor(id) {
        this.id = id
      }
    },
  })[name]

const actions = ['read', 'create', 'update', 'delete']
const types = Array.from({ length: 20 }, (_, index) => `Type${String(index).padStart(2, '0')}`)

/** What each role grants: these actions on these types. */
const grants = {
  viewer: [{ actions: ['read'], types }],
  editor: [{ actions: ['read', 'create', 'update'], types: types.slice(0, 10) }],
  admin: [{ actions, types }],
  ...Object.fromEntries(
    Array.from({ length: 5 }, (_, team) => [`team${team}`, [{ actions, types: types.slice(team * 4, team * 4 + 4) }]]),
  ),
}
const roleNames = Object.keys(grants)
const teams = ['team0', 'team1', 'team2', 'team3', 'team4']
const drawnRoles = ['viewer', 'viewer', 'editor', ...teams, ...teams, 'admin']

const isGranted = (role, action, type) =>
  grants[role].some((grant) => grant.types.includes(type) && grant.actions.includes(action))

/** W1: 200 users with one to three of 8 roles; 20 types with 4 actions each; 210 grants. */
export function flatRoles(seed) {
  const random = randomOf(1 + 1000 * seed)
  const users = Array.from(
    { length: 200 },
    (_, id) => new User(id, [...new Set(sample(random, drawnRoles, 1 + below(random, 3)))]),
  )
  const classes = Object.fromEntries(types.map((type) => [type, resourceClass(type)]))
  const resources = types.flatMap((type, at) => Array.from({ length: 10 }, (_, n) => new classes[type](at * 10 + n)))
  const checks = balancedChecks(
    random,
    () => ({ user: pick(random, users), action: pick(random, actions), resource: pick(random, resources) }),
    (user, action, resource) => user.roles.some((role) => isGranted(role, action, resource.constructor.name)),
  )
  return {
    name: 'W1',
    title: 'flat roles: 20 types × 4 actions, 8 roles, 210 grants',
    classes: { User, ...classes },
    users,
    checks,
    polar,
    byHand: byHand(classes),
    types,
    actions,
    grants,
    roleNames,
  }
}

function byHand(classes) {
  const granting = (type, action) => roleNames.filter((role) => isGranted(role, action, type))
  const table = new Map(
    types.map((type) => [classes[type], Object.fromEntries(actions.map((action) => [action, granting(type, action)]))]),
  )
  return (user, action, resource) => {
    const permissions = table.get(resource.constructor)
    if (permissions === undefined) return false
    let wanted
    switch (action) {
      case 'read':
        wanted = permissions.read
        break
      case 'create':
        wanted = permissions.create
        break
      case 'update':
        wanted = permissions.update
        break
      case 'delete':
        wanted = permissions.delete
        break
      default:
        return false
    }
    const roles = user.roles
    for (let i = 0; i < roles.length; i++) {
      for (let k = 0; k < wanted.length; k++) if (roles[i] === wanted[k]) return true
    }
    return false
  }
}

const quoted = (names) => names.map((name) => `"${name}"`).join(', ')

function block(type) {
  const roles = roleNames.filter((role) => actions.some((action) => isGranted(role, action, type)))
  const rules = actions.flatMap((action) =>
    roles.filter((role) => isGranted(role, action, type)).map((role) => `  "${action}" if "${role}";`),
  )
  return `resource ${type} {
  permissions = [${quoted(actions)}];
  roles = [${quoted(roles)}];
${rules.join('\n')}
}`
}

const polar = `allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
has_role(user: User, name: String, _resource: Resource) if name in user.roles;
${types.map(block).join('\n')}
`
