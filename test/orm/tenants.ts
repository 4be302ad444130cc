import type { Authorizer } from '@arcturus/core'
import { RelationMemory } from '../../packages/core/src/authorizer/relations/relations.js'

/** Projects of several tenants: roles come from an organization, a team, or an invitation. */
export const tenantPolicy = `
  actor User {}

  resource Organization {
    roles = ["member", "admin"];
    "member" if "admin";
  }

  resource Team {
    roles = ["member", "lead"];
    relations = { organization: Organization };
    "member" if "lead";
    "lead" if "admin" on "organization";
  }

  resource Project {
    permissions = ["read", "comment", "edit", "delete"];
    roles = ["guest", "contributor", "manager"];
    relations = { organization: Organization, team: Team };
    "read" if "guest";
    "comment" if "guest";
    "edit" if "contributor";
    "delete" if "manager";
    "guest" if "contributor";
    "contributor" if "manager";
    "guest" if "member" on "organization";
    "manager" if "admin" on "organization";
    "contributor" if "member" on "team";
    "manager" if "lead" on "team";
  }

  has_role(user: User, role: String, organization: Organization) if
    membership in user.memberships and membership.organization = organization and membership.role = role;
  has_role(user: User, "member", team: Team) if seat in user.seats and seat.team = team;
  has_role(user: User, "lead", team: Team) if seat in user.seats and seat.team = team and seat.isLead = true;
  has_role(user: User, role: String, project: Project) if
    guest in project.guests and guest.user = user and guest.role = role;
  has_role(user: User, "manager", project: Project) if project.owner = user;

  has_relation(organization: Organization, "organization", project: Project) if organization = project.organization;
  has_relation(organization: Organization, "organization", team: Team) if organization = team.organization;
  has_relation(team: Team, "team", project: Project) if project.team != nil and team = project.team;

  allow(user, action, resource) if has_permission(user, action, resource);
  allow_field(user: User, "read", project: Project, field) if
    field in ["id", "name"] and has_permission(user, "read", project);
  allow_field(user: User, "read", project: Project, "budget") if has_permission(user, "delete", project);
`

/** A shorter policy: roles come from the project's organization, or an invitation. */
export const pagePolicy = `
  actor User {}

  resource Organization {
    roles = ["member", "admin"];
    "member" if "admin";
  }

  resource Project {
    permissions = ["read", "edit"];
    roles = ["guest", "editor"];
    relations = { organization: Organization };
    "read" if "guest";
    "edit" if "editor";
    "guest" if "editor";
    "guest" if "member" on "organization";
    "editor" if "admin" on "organization";
  }

  has_role(user: User, role: String, organization: Organization) if
    membership in user.memberships and membership.organization = organization and membership.role = role;
  has_role(user: User, "guest", project: Project) if guest in project.guests and guest.user = user;
  has_role(user: User, "editor", project: Project) if project.owner = user;
  has_relation(organization: Organization, "organization", project: Project) if organization = project.organization;

  allow(user, action, resource) if has_permission(user, action, resource);
  allow_field(user: User, "read", project: Project, field) if
    field in ["id", "name"] and has_permission(user, "read", project);
  allow_field(user: User, "read", project: Project, "budget") if has_permission(user, "edit", project);
`

/** A policy of the application, a question about it, and the number of relations that it has to load. */
export interface TenantCase {
  readonly title: string
  readonly policy: string
  readonly user: number
  readonly model: 'Project' | 'Task'
  readonly id: number
  readonly allowed: boolean
  readonly relations: number
  /** How many of the loaded lists are empty. */
  readonly empty?: number
}

export const tenantCases: readonly TenantCase[] = [
  {
    title: 'two roles beside each other, compared by keys',
    policy: `
      allow(user: User, "read", project: Project) if
        membership in user.memberships and membership.organization = project.organization and membership.role = "admin";
      allow(user: User, "read", project: Project) if seat in user.seats and seat.team = project.team;
    `,
    user: 2,
    model: 'Project',
    id: 1,
    allowed: true,
    relations: 2,
  },
  {
    title: 'three levels of inheritance',
    policy: `
      allow(user: User, "read", task: Task) if
        membership in user.memberships and membership.organization = task.parent.parent.project.organization;
    `,
    user: 1,
    model: 'Task',
    id: 3,
    allowed: true,
    // The memberships, the parent, its parent, and their project.
    relations: 4,
  },
  {
    title: 'a list under a list',
    policy: `
      allow(user: User, "read", project: Project) if
        seat in user.seats and other in seat.team.seats and other.user = project.owner;
      allow(user: User, "read", project: Project) if seat in user.seats and project in seat.team.projects;
    `,
    user: 2,
    model: 'Project',
    id: 1,
    allowed: true,
    relations: 3,
  },
  {
    title: 'rows under a list',
    policy: `
      allow(user: User, "read", project: Project) if
        seat in user.seats and seat.team.organization.name = "initech" and project.id > 0;
      allow(user: User, "read", project: Project) if
        membership in user.memberships and membership.organization.name = "globex" and project.id > 0;
    `,
    user: 2,
    model: 'Project',
    id: 1,
    allowed: true,
    // The seats, their teams, the organizations of these, and the memberships of the same organizations.
    relations: 4,
  },
  {
    title: 'a reference that is nil',
    policy: `
      allow(user: User, "read", project: Project) if project.team = nil and user.id > 0;
      allow(user: User, "read", project: Project) if project.owner.manager = user;
    `,
    user: 1,
    model: 'Project',
    id: 4,
    allowed: true,
    relations: 0,
  },
  {
    title: 'a relation of a model to itself',
    policy:
      'allow(user: User, "read", project: Project) if guest in project.guests and guest.user.manager.manager = user;',
    user: 1,
    model: 'Project',
    id: 1,
    allowed: true,
    // The guests, the users, and their managers.
    relations: 3,
  },
  {
    title: 'a user without roles',
    policy: `
      allow(user: User, "read", project: Project) if
        membership in user.memberships and membership.organization = project.organization;
      allow(user: User, "read", project: Project) if seat in user.seats and seat.team = project.team;
    `,
    user: 5,
    model: 'Project',
    id: 1,
    allowed: false,
    relations: 2,
    empty: 2,
  },
]

/** The rows of the application: two organizations, three teams, four projects. */
export const tenantRows = {
  users: [
    { id: 1, name: 'ann', managerId: null },
    { id: 2, name: 'bo', managerId: 1 },
    { id: 3, name: 'cy', managerId: 2 },
    { id: 4, name: 'di', managerId: null },
    { id: 5, name: 'ed', managerId: null },
  ],
  organizations: [
    { id: 1, name: 'acme', parentId: null },
    { id: 2, name: 'globex', parentId: null },
    { id: 3, name: 'acme labs', parentId: 1 },
  ],
  memberships: [
    { id: 1, role: 'admin', userId: 1, organizationId: 1 },
    { id: 2, role: 'member', userId: 2, organizationId: 1 },
    { id: 3, role: 'member', userId: 2, organizationId: 2 },
    { id: 4, role: 'admin', userId: 4, organizationId: 2 },
  ],
  teams: [
    { region: 1, code: 1, organizationId: 1 },
    { region: 1, code: 2, organizationId: 1 },
    { region: 2, code: 1, organizationId: 2 },
  ],
  seats: [
    { userId: 2, teamRegion: 1, teamCode: 1, isLead: false },
    { userId: 2, teamRegion: 2, teamCode: 1, isLead: true },
    { userId: 3, teamRegion: 1, teamCode: 2, isLead: true },
  ],
  projects: [
    { id: 1, name: 'one', budget: 10, organizationId: 1, ownerId: 1, teamRegion: 1, teamCode: 1 },
    { id: 2, name: 'two', budget: 20, organizationId: 1, ownerId: null, teamRegion: 1, teamCode: 2 },
    { id: 3, name: 'three', budget: 30, organizationId: 2, ownerId: 4, teamRegion: null, teamCode: null },
    { id: 4, name: 'four', budget: 40, organizationId: 3, ownerId: null, teamRegion: null, teamCode: null },
  ],
  guests: [
    { projectId: 1, userId: 3, role: 'guest' },
    { projectId: 3, userId: 5, role: 'contributor' },
    { projectId: 4, userId: 5, role: 'guest' },
  ],
  tasks: [
    { id: 1, title: 'plan', projectId: 1, parentId: null },
    { id: 2, title: 'draw', projectId: 1, parentId: 1 },
    { id: 3, title: 'paint', projectId: 1, parentId: 2 },
  ],
} as const

/** The answers of a page that shows one project. */
export interface Page {
  readonly read: boolean
  readonly actions: readonly string[]
  readonly fields: readonly string[]
}

/** Answers all that a page with one project needs, as one request. */
export async function pageOf(authorizer: Authorizer, actor: object, project: object): Promise<Page> {
  const memory = new RelationMemory()
  const stop = authorizer.rememberIn(() => memory)
  try {
    const read = await authorizer.isAllowed(actor, 'read', project)
    const actions = await authorizer.authorizedActions(actor, project)
    const fields = await authorizer.pickAuthorized(actor, 'read', project)
    return { read, actions: [...actions].sort(), fields: Object.keys(fields).sort() }
  } finally {
    stop()
  }
}

const nothing: Page = { read: false, actions: [], fields: [] }
const all = ['comment', 'delete', 'edit', 'read']
const everything: Page = { read: true, actions: all, fields: ['budget', 'id', 'name'] }
const most: Page = { read: true, actions: ['comment', 'edit', 'read'], fields: ['id', 'name'] }
const some: Page = { read: true, actions: ['comment', 'read'], fields: ['id', 'name'] }

/** The pages of each user, for projects 1 to 4. */
export const tenantPages: ReadonlyMap<number, readonly Page[]> = new Map([
  [1, [everything, everything, nothing, nothing]],
  [2, [most, some, some, nothing]],
  [3, [some, everything, nothing, nothing]],
  [4, [nothing, nothing, everything, nothing]],
  [5, [nothing, nothing, most, some]],
])
