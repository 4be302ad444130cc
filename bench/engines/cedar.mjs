// Cedar, compiled to wasm, with its policies parsed beforehand. As its interface asks, every call carries the entities:
// the user and what the policies reach from the resource, and no more.
import { createRequire } from 'node:module'

const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs')

const uid = (type, id) => ({ type, id: String(id) })
const reference = (type, id) => ({ __entity: uid(type, id) })
const entity = (type, id, attrs = {}, parents = []) => ({ uid: uid(type, id), attrs, parents })

const definitions = {
  W1: ({ roleNames, grants }) => ({
    policies: roleNames.flatMap((role) =>
      grants[role].flatMap((grant) =>
        grant.types.map((type) => {
          const actions = grant.actions.map((action) => `Action::"${action}"`).join(', ')
          return `permit(principal in Role::"${role}", action in [${actions}], resource is ${type});`
        }),
      ),
    ),
    entities: ({ user }) => [
      entity(
        'User',
        user.id,
        {},
        user.roles.map((role) => uid('Role', role)),
      ),
    ],
  }),
  W2: () => ({
    policies: [
      `permit(principal, action == Action::"read", resource is Issue)
         when { principal in resource.repo.readers || principal in resource.repo.org.members };`,
      `permit(principal, action == Action::"push", resource is Issue)
         when { principal in resource.repo.maintainers || principal in resource.repo.org.owners };`,
      `permit(principal, action == Action::"close", resource is Issue)
         when { principal in resource.repo.admins || principal in resource.repo.org.owners };`,
    ],
    entities: ({ user, resource: issue }) => {
      const { repo } = issue
      const { org } = repo
      const repoTeam = (role) => `repo${repo.id}-${role}`
      const orgTeam = (role) => `org${org.id}-${role}`
      const teams = [
        ...user.repoRoles.map((role) => uid('Team', `repo${role.repoId}-${role.name}`)),
        ...user.orgRoles.map((role) => uid('Team', `org${role.orgId}-${role.name}`)),
      ]
      return [
        entity('User', user.id, {}, teams),
        entity('Issue', issue.id, { repo: reference('Repository', repo.id) }),
        entity('Repository', repo.id, {
          org: reference('Organization', org.id),
          readers: reference('Team', repoTeam('reader')),
          maintainers: reference('Team', repoTeam('maintainer')),
          admins: reference('Team', repoTeam('admin')),
        }),
        entity('Organization', org.id, {
          members: reference('Team', orgTeam('member')),
          owners: reference('Team', orgTeam('owner')),
        }),
        entity('Team', repoTeam('reader')),
        entity('Team', repoTeam('maintainer'), {}, [uid('Team', repoTeam('reader'))]),
        entity('Team', repoTeam('admin'), {}, [uid('Team', repoTeam('maintainer'))]),
        entity('Team', orgTeam('member')),
        entity('Team', orgTeam('owner'), {}, [uid('Team', orgTeam('member'))]),
      ]
    },
  }),
  W3: () => ({
    policies: [
      'forbid(principal, action, resource) when { principal.isSuspended };',
      `permit(principal, action == Action::"read", resource is Document)
         when { resource.ownerId == principal.id };`,
      `permit(principal, action == Action::"read", resource is Document)
         when { resource.isPublic && resource.status == "published" };`,
      `permit(principal, action == Action::"read", resource is Document)
         when { resource.department == principal.department && resource.clearance <= principal.clearance &&
                resource.status != "draft" };`,
      `permit(principal, action == Action::"update", resource is Document)
         when { resource.ownerId == principal.id && !(resource.status == "archived" || resource.isLocked) };`,
      `permit(principal, action == Action::"update", resource is Document)
         when { resource.department == principal.department && principal.isManager &&
                resource.status != "archived" && resource.clearance < principal.clearance };`,
      `permit(principal, action == Action::"delete", resource is Document)
         when { resource.ownerId == principal.id && resource.status == "draft" };`,
    ],
    entities: ({ user, resource }) => [
      entity('User', user.id, { ...user }),
      entity('Document', resource.id, { ...resource }),
    ],
  }),
  W4: () => ({
    policies: [
      `permit(principal, action == Action::"read", resource is Folder) when { resource in principal.viewerFolders };`,
    ],
    entities: ({ user, resource }) => {
      const found = [
        entity('User', user.id, { viewerFolders: user.roles.map((role) => reference('Folder', role.folderId)) }),
      ]
      for (let folder = resource; folder !== null; folder = folder.parent) {
        found.push(entity('Folder', folder.id, {}, folder.parent ? [uid('Folder', folder.parentId)] : []))
      }
      return found
    },
  }),
  W5: ({ types, actions, roleFor }) => ({
    policies: types.flatMap((type, index) =>
      actions.flatMap((action) => [
        `permit(principal, action == Action::"${action}", resource is ${type})
           when { principal.roles.contains("${roleFor(index, action)}") };`,
        `permit(principal, action == Action::"${action}", resource is ${type})
           when { resource.ownerId == principal.id && resource.level <= principal.level };`,
      ]),
    ),
    entities: ({ user, resource }) => [
      entity('User', user.id, { ...user }),
      entity(resource.constructor.name, resource.id, { ...resource }),
    ],
  }),
}

function isAllowed(answer) {
  const errors = answer.type === 'success' ? answer.response.diagnostics.errors : answer.errors
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return answer.response.decision === 'allow'
}

export async function contenders(workload) {
  const { policies, entities } = definitions[workload.name.slice(0, 2)](workload)
  const preparsedPolicySetId = workload.name
  const parsed = cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies: policies.join('\n') })
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed.errors))
  const callFor = (check) => ({
    principal: uid('User', check.user.id),
    action: uid('Action', check.action),
    resource: uid(check.resource.constructor.name, check.resource.id),
    context: {},
    preparsedPolicySetId,
    entities: entities(check),
  })
  return [
    { name: 'Cedar, calls prepared', prepare: callFor, decide: (call) => isAllowed(cedar.statefulIsAuthorized(call)) },
    { name: 'Cedar, per request', decide: (check) => isAllowed(cedar.statefulIsAuthorized(callFor(check))) },
  ]
}
