// W1 to W5 as specifications, so that what `byHand.mjs` writes can be timed beside the functions that people wrote for them.
import { workloads } from '../workloads/index.mjs'
import { byHandOf } from './byHand.mjs'
import { all, any, at, compare, equals, has, isTrue, literal, no, oneOf, roleName, some } from './specification.mjs'

const nothing = {
  actor: 'User',
  keyed: false,
  counts: {},
  roles: {},
  relations: {},
  implied: [],
  holders: [],
  grants: [],
  denials: [],
  gate: [],
}
const text = { type: 'string' }
const number = { type: 'integer' }
const truth = { type: 'boolean' }
const unknown = {}

const specifications = {
  W1: ({ types, actions, grants, roleNames }) => ({
    ...nothing,
    fields: { User: { roles: text }, ...Object.fromEntries(types.map((type) => [type, unknown])) },
    actions: Object.fromEntries(types.map((type) => [type, actions])),
    roles: Object.fromEntries(types.map((type) => [type, roleNames])),
    holders: types.map((model) => ({ model, when: has(at('user', 'roles'), roleName) })),
    implied: types.flatMap((model) =>
      roleNames.flatMap((by) =>
        grants[by]
          .filter((grant) => grant.types.includes(model))
          .flatMap((grant) => grant.actions.map((name) => ({ model, name, by }))),
      ),
    ),
  }),
  W2: () => {
    const role = (list, field) =>
      some('role', at('user', list), all(equals(at('role', 'name'), roleName), equals(at('role', field), at('row'))))
    return {
      ...nothing,
      fields: {
        User: { orgRoles: { many: 'OrgRole' }, repoRoles: { many: 'RepoRole' } },
        OrgRole: { name: text, org: { one: 'Organization' } },
        RepoRole: { name: text, repo: { one: 'Repository' } },
        Organization: unknown,
        Repository: { org: { one: 'Organization' } },
        Issue: { repo: { one: 'Repository' } },
      },
      actions: { Issue: ['read', 'push', 'close'] },
      relations: {
        Repository: { parent: { field: 'org', to: 'Organization' } },
        Issue: { parent: { field: 'repo', to: 'Repository' } },
      },
      holders: [
        { model: 'Organization', when: role('orgRoles', 'org') },
        { model: 'Repository', when: role('repoRoles', 'repo') },
      ],
      implied: [
        { model: 'Organization', name: 'member', by: 'owner' },
        { model: 'Repository', name: 'maintainer', by: 'admin' },
        { model: 'Repository', name: 'reader', by: 'maintainer' },
        { model: 'Repository', name: 'reader', by: 'member', on: 'parent' },
        { model: 'Repository', name: 'admin', by: 'owner', on: 'parent' },
        { model: 'Issue', name: 'read', by: 'reader', on: 'parent' },
        { model: 'Issue', name: 'push', by: 'maintainer', on: 'parent' },
        { model: 'Issue', name: 'close', by: 'admin', on: 'parent' },
      ],
    }
  },
  W3: () => {
    const [user, row] = [(field) => at('user', field), (field) => at('row', field)]
    const owns = equals(row('ownerId'), user('id'))
    const sameDepartment = equals(row('department'), user('department'))
    const is = (status) => equals(row('status'), literal(status))
    const grant = (action, when) => ({ model: 'Document', actions: [action], when })
    return {
      ...nothing,
      fields: {
        User: { id: number, department: text, clearance: number, isManager: truth, isSuspended: truth },
        Document: {
          ownerId: number,
          isPublic: truth,
          status: text,
          department: text,
          clearance: number,
          isLocked: truth,
        },
      },
      actions: { Document: ['read', 'update', 'delete'] },
      gate: [no(isTrue(user('isSuspended')))],
      grants: [
        grant('read', owns),
        grant('read', all(isTrue(row('isPublic')), is('published'))),
        grant('read', all(sameDepartment, compare(row('clearance'), '<=', user('clearance')), no(is('draft')))),
        grant('update', all(owns, no(any(is('archived'), isTrue(row('isLocked')))))),
        grant(
          'update',
          all(
            sameDepartment,
            isTrue(user('isManager')),
            no(is('archived')),
            compare(row('clearance'), '<', user('clearance')),
          ),
        ),
        grant('delete', all(owns, oneOf(row('status'), ['draft']))),
      ],
    }
  },
  W4: ({ editors }) => ({
    ...nothing,
    fields: {
      User: { roles: { many: 'FolderRole' } },
      FolderRole: { name: text, folder: { one: 'Folder' } },
      Folder: { parent: { one: 'Folder', nullable: 1 } },
    },
    actions: { Folder: ['read'] },
    roles: { Folder: editors ? ['viewer', 'editor'] : ['viewer'] },
    relations: { Folder: { parent: { field: 'parent', to: 'Folder' } } },
    holders: [
      {
        model: 'Folder',
        when: some(
          'role',
          at('user', 'roles'),
          all(equals(at('role', 'name'), roleName), equals(at('role', 'folder'), at('row'))),
        ),
      },
    ],
    implied: [
      { model: 'Folder', name: 'read', by: 'viewer' },
      { model: 'Folder', name: 'viewer', by: 'viewer', on: 'parent' },
      ...(editors
        ? [
            { model: 'Folder', name: 'viewer', by: 'editor' },
            { model: 'Folder', name: 'editor', by: 'editor', on: 'parent' },
          ]
        : []),
    ],
  }),
  W5: ({ types, actions, roleFor }) => ({
    ...nothing,
    fields: {
      User: { id: number, level: number, roles: text },
      ...Object.fromEntries(types.map((type) => [type, { ownerId: number, level: number }])),
    },
    actions: Object.fromEntries(types.map((type) => [type, actions])),
    grants: types.flatMap((model, index) =>
      actions.flatMap((action) => [
        { model, actions: [action], when: has(at('user', 'roles'), literal(roleFor(index, action))) },
        {
          model,
          actions: [action],
          when: all(
            equals(at('row', 'ownerId'), at('user', 'id')),
            compare(at('row', 'level'), '<=', at('user', 'level')),
          ),
        },
      ]),
    ),
  }),
}

/** A workload of `bench/workloads`, with `twin`: the function that `byHand.mjs` writes for it. */
export function withTwin(name, seed) {
  const workload = workloads[name](seed)
  const specification = specifications[name.slice(0, 2)]({ ...workload, editors: name.startsWith('W4q') })
  return { ...workload, twin: byHandOf(specification, workload.classes, { clock: undefined }) }
}
