// casbin: W2 as roles with domains, W3 and W5 with eval() rules, W4 with a hierarchy of resources.
import { DefaultRoleManager, newEnforcer, newModelFromString, StringAdapter } from 'casbin'

const model = ({ request, policy, roles = [], matcher }) =>
  `[request_definition]
r = ${request}
[policy_definition]
p = ${policy}
${roles.length > 0 ? `[role_definition]\n${roles.join('\n')}\n` : ''}[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = ${matcher}
`

const documentRules = [
  ['read', 'r.obj.ownerId == r.sub.id'],
  ['read', "r.obj.isPublic && r.obj.status == 'published'"],
  ['read', "r.obj.department == r.sub.department && r.obj.clearance <= r.sub.clearance && r.obj.status != 'draft'"],
  ['update', "r.obj.ownerId == r.sub.id && !(r.obj.status == 'archived' || r.obj.isLocked)"],
  [
    'update',
    "r.obj.department == r.sub.department && r.sub.isManager && r.obj.status != 'archived' && r.obj.clearance < r.sub.clearance",
  ],
  ['delete', "r.obj.ownerId == r.sub.id && r.obj.status == 'draft'"],
]

/** What each organization and repository role may do. */
const clubRoles = {
  reader: ['read'],
  maintainer: ['read', 'push'],
  admin: ['read', 'push', 'close'],
  member: ['read'],
  owner: ['read', 'push', 'close'],
}

const definitions = {
  W1: ({ roleNames, grants, users }) => ({
    model: model({
      request: 'sub, obj, act',
      policy: 'sub, obj, act',
      roles: ['g = _, _'],
      matcher: 'g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act',
    }),
    policy: [
      ...roleNames.flatMap((role) =>
        grants[role].flatMap((grant) =>
          grant.types.flatMap((type) => grant.actions.map((action) => `p, ${role}, ${type}, ${action}`)),
        ),
      ),
      ...users.flatMap((user) => user.roles.map((role) => `g, u${user.id}, ${role}`)),
    ],
    prepare: (check) => [`u${check.user.id}`, check.resource.constructor.name, check.action],
  }),
  W2: ({ users }) => ({
    model: model({
      request: 'sub, obj, act',
      policy: 'role, act',
      roles: ['g = _, _, _'],
      matcher: 'r.act == p.act && (g(r.sub, p.role, r.obj.repo) || g(r.sub, p.role, r.obj.org))',
    }),
    policy: [
      ...Object.entries(clubRoles).flatMap(([role, actions]) => actions.map((action) => `p, ${role}, ${action}`)),
      ...users.flatMap((user) => [
        ...user.repoRoles.map((role) => `g, u${user.id}, ${role.name}, repo${role.repoId}`),
        ...user.orgRoles.map((role) => `g, u${user.id}, ${role.name}, org${role.orgId}`),
      ]),
    ],
    prepare: ({ user, action, resource }) => [
      `u${user.id}`,
      { repo: `repo${resource.repoId}`, org: `org${resource.repo.orgId}` },
      action,
    ],
  }),
  W3: () => ({
    model: model({
      request: 'sub, obj, act',
      policy: 'act, rule',
      matcher: 'r.act == p.act && !r.sub.isSuspended && eval(p.rule)',
    }),
    policy: documentRules.map(([action, rule]) => `p, ${action}, "${rule}"`),
    prepare: (check) => [check.user, check.resource, check.action],
  }),
  W4: ({ users, folders }) => ({
    model: model({
      request: 'sub, obj, act',
      policy: 'sub, obj, act',
      roles: ['g = _, _', 'g2 = _, _'],
      matcher: 'r.sub == p.sub && r.act == p.act && g2(r.obj, p.obj)',
    }),
    policy: [
      ...users.flatMap((user) => user.roles.map((role) => `p, u${user.id}, f${role.folderId}, read`)),
      ...folders.filter((folder) => folder.parent).map((folder) => `g2, f${folder.id}, f${folder.parentId}`),
    ],
    prepare: (check) => [`u${check.user.id}`, `f${check.resource.id}`, check.action],
    depth: 64,
  }),
  W5: ({ types, actions, roleFor }) => ({
    model: model({
      request: 'sub, obj, type, act',
      policy: 'type, act, rule',
      matcher: 'r.type == p.type && r.act == p.act && eval(p.rule)',
    }),
    policy: types.flatMap((type, index) =>
      actions.flatMap((action) => [
        `p, ${type}, ${action}, "'${roleFor(index, action)}' in r.sub.roles"`,
        `p, ${type}, ${action}, "r.obj.ownerId == r.sub.id && r.obj.level <= r.sub.level"`,
      ]),
    ),
    prepare: (check) => [check.user, check.resource, check.resource.constructor.name, check.action],
  }),
}

export async function contenders(workload) {
  const { model, policy, prepare, depth } = definitions[workload.name.slice(0, 2)](workload)
  const enforcer = await newEnforcer(newModelFromString(model))
  // Its own limit is 10 levels of resources.
  if (depth) enforcer.setNamedRoleManager('g2', new DefaultRoleManager(depth))
  enforcer.setAdapter(new StringAdapter(policy.join('\n')))
  await enforcer.loadPolicy()
  return [
    { name: 'casbin, sync', prepare, decide: (input) => enforcer.enforceSync(...input) },
    { name: 'casbin', prepare, decide: (input) => enforcer.enforce(...input) },
  ]
}
