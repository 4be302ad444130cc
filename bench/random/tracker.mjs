// A policy that a person wrote: an issue tracker for several tenants, with teams, private projects, guests, suspension and
// superadmins. About thirty rules in four blocks.
import {
  all,
  any,
  at,
  compare,
  equals,
  has,
  holds,
  isTrue,
  literal,
  no,
  now,
  oneOf,
  roleName,
  some,
} from './specification.mjs'

const [user, row] = [(...steps) => at('user', ...steps), (...steps) => at('row', ...steps)]
const implied = (model, ...pairs) => pairs.map(([name, by, on]) => ({ model, name, by, ...(on ? { on } : {}) }))

/** @param {{ schema: 'declared' | 'half' | 'bare' }} options */
export function tracker({ schema }) {
  return {
    name: 'tracker',
    title: 'an issue tracker: organizations, teams, private projects, guests, suspension, superadmins',
    actor: 'User',
    schema,
    keyed: schema !== 'bare',
    style: 'blocks',
    gateRule: false,
    fields: {
      User: {
        id: { type: 'id' },
        email: { type: 'string', of: ['a@example.com', 'b@example.com'] },
        isSuspended: { type: 'boolean', share: 0.05 },
        isSuperadmin: { type: 'boolean', share: 0.02 },
        memberships: { many: 'Membership', most: 3 },
        teams: { many: 'Team', most: 3, shared: true },
      },
      Organization: { id: { type: 'id' }, name: { type: 'string', of: ['Acme', 'Umbrella'] } },
      Membership: {
        role: { type: 'string', of: ['guest', 'member', 'member', 'admin', 'owner'] },
        organization: { one: 'Organization' },
      },
      Team: { id: { type: 'id' }, organization: { one: 'Organization' } },
      Project: {
        id: { type: 'id' },
        organization: { one: 'Organization' },
        lead: { one: 'User', nullable: 0.1 },
        isPrivate: { type: 'boolean', share: 0.3 },
        isArchived: { type: 'boolean', share: 0.1 },
        collaborators: { many: 'Collaborator', most: 4 },
        access: { many: 'TeamAccess', most: 2 },
      },
      Collaborator: { role: { type: 'string', of: ['viewer', 'contributor', 'manager'] }, user: { one: 'User' } },
      TeamAccess: { role: { type: 'string', of: ['viewer', 'contributor', 'manager'] }, team: { one: 'Team' } },
      Issue: {
        id: { type: 'id' },
        project: { one: 'Project' },
        author: { one: 'User' },
        assignee: { one: 'User', nullable: 0.4 },
        status: { type: 'string', of: ['open', 'doing', 'done', 'closed'] },
        isConfidential: { type: 'boolean', share: 0.1 },
        watchers: { many: 'User', most: 2, shared: true },
      },
      Comment: {
        id: { type: 'id' },
        issue: { one: 'Issue' },
        author: { one: 'User' },
        isInternal: { type: 'boolean', share: 0.2 },
        editableUntil: { type: 'date' },
      },
    },
    counts: { User: 200, Organization: 8, Team: 30, Project: 60, Issue: 800, Comment: 1200 },
    roles: {
      Organization: ['guest', 'member', 'admin', 'owner'],
      Project: ['viewer', 'contributor', 'manager'],
    },
    actions: {
      Organization: ['read', 'invite', 'bill'],
      Project: ['read', 'create_issue', 'update', 'delete'],
      Issue: ['read', 'comment', 'update', 'assign', 'close'],
      Comment: ['read', 'update', 'delete'],
    },
    relations: {
      Organization: {},
      Project: { parent: { field: 'organization', to: 'Organization' } },
      Issue: { project: { field: 'project', to: 'Project' } },
      Comment: {},
    },
    implied: [
      ...implied(
        'Organization',
        ['guest', 'member'],
        ['member', 'admin'],
        ['admin', 'owner'],
        ['read', 'guest'],
        ['invite', 'admin'],
        ['bill', 'owner'],
      ),
      ...implied(
        'Project',
        ['viewer', 'contributor'],
        ['contributor', 'manager'],
        ['manager', 'admin', 'parent'],
        ['read', 'viewer'],
        ['create_issue', 'contributor'],
        ['update', 'manager'],
        ['delete', 'owner', 'parent'],
      ),
      ...implied(
        'Issue',
        ['comment', 'viewer', 'project'],
        ['assign', 'contributor', 'project'],
        ['close', 'manager', 'project'],
      ),
    ],
    holders: [
      {
        model: 'Organization',
        when: some(
          'membership',
          user('memberships'),
          all(equals(at('membership', 'role'), roleName), equals(at('membership', 'organization'), row())),
        ),
      },
      { model: 'Project', role: 'manager', when: equals(row('lead'), user()) },
      {
        model: 'Project',
        when: some(
          'collaborator',
          row('collaborators'),
          all(equals(at('collaborator', 'user'), user()), equals(at('collaborator', 'role'), roleName)),
        ),
      },
      {
        model: 'Project',
        when: some(
          'access',
          row('access'),
          all(equals(at('access', 'role'), roleName), has(user('teams'), at('access', 'team'))),
        ),
      },
      // Every member of the organization sees its projects, but for the private ones.
      {
        model: 'Project',
        role: 'viewer',
        when: all(no(isTrue(row('isPrivate'))), holds('member', row('organization'))),
      },
    ],
    grants: [
      {
        model: 'Issue',
        actions: ['read'],
        when: all(no(isTrue(row('isConfidential'))), holds('viewer', row('project'))),
      },
      {
        model: 'Issue',
        actions: ['read'],
        when: any(equals(row('author'), user()), equals(row('assignee'), user()), has(row('watchers'), user())),
      },
      {
        model: 'Issue',
        actions: ['update'],
        when: all(
          oneOf(row('status'), ['open', 'doing']),
          any(equals(row('author'), user()), equals(row('assignee'), user())),
        ),
      },
      {
        model: 'Comment',
        actions: ['read'],
        when: all(no(isTrue(row('isInternal'))), holds('viewer', row('issue', 'project'))),
      },
      { model: 'Comment', actions: ['read', 'delete'], when: equals(row('author'), user()) },
      {
        model: 'Comment',
        actions: ['update'],
        when: all(equals(row('author'), user()), compare(row('editableUntil'), '>', now)),
      },
      { model: 'Comment', actions: ['delete'], when: holds('manager', row('issue', 'project')) },
    ],
    denials: [
      { model: 'Project', actions: ['create_issue', 'update'], when: isTrue(row('isArchived')) },
      { model: 'Issue', actions: ['comment', 'update', 'assign', 'close'], when: isTrue(row('project', 'isArchived')) },
      { model: 'Comment', actions: ['update'], when: equals(row('issue', 'status'), literal('closed')) },
    ],
    gate: [no(isTrue(user('isSuspended')))],
    everything: isTrue(user('isSuperadmin')),
  }
}
