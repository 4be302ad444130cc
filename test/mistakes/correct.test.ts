import { Authorizer, type ModelDeclaration } from '@arcturus/core'
import { expect, it } from 'vitest'

const id = { type: 'integer', nullable: false } as const
const text = { type: 'string', nullable: false } as const
const flag = { type: 'boolean', nullable: false } as const

const declared = (name: string, fields: ModelDeclaration['fields'] = {}): ModelDeclaration => ({
  name,
  key: 'id',
  closed: true,
  fields: { id, ...fields },
})

const tenant = { one: 'Tenant', nullable: false } as const
const models: readonly ModelDeclaration[] = [
  declared('Tenant', { name: text, plan: { type: 'enum', values: ['FREE', 'PRO'], nullable: false } }),
  declared('User', {
    name: text,
    isAdmin: flag,
    birthday: 'date',
    level: id,
    tenant,
    manager: { one: 'User' },
    memberships: { many: 'Member' },
    teams: { many: 'Team' },
  }),
  declared('Member', {
    user: { one: 'User', nullable: false },
    team: { one: 'Team', nullable: false },
    role: { type: 'enum', values: ['OWNER', 'EDITOR', 'VIEWER'], nullable: false },
  }),
  declared('Team', { tenant, title: text, members: { many: 'Member' }, people: { many: 'User' } }),
  declared('Project', {
    tenant,
    team: { one: 'Team', nullable: false },
    isPublic: flag,
    status: { type: 'enum', values: ['DRAFT', 'LIVE', 'ARCHIVED'], nullable: false },
    budget: 'float',
    createdAt: { type: 'date', nullable: false },
    closedAt: 'date',
  }),
  declared('Folder', {
    parent: { one: 'Folder' },
    owner: { one: 'User' },
    project: { one: 'Project', nullable: false },
  }),
  declared('Task', {
    title: text,
    project: { one: 'Project', nullable: false },
    assignee: { one: 'User' },
    labels: { type: 'string', list: true, nullable: false },
    blockers: { many: 'Task' },
  }),
  declared('Comment', { task: { one: 'Task', nullable: false }, author: { one: 'User', nullable: false }, text }),
]

const entry = 'allow(actor, action, resource) if has_permission(actor, action, resource);\n'

const policies: Readonly<Record<string, string>> = {
  'several tenants': `
    actor User {}
    resource Project { permissions = ["read", "edit"]; roles = ["viewer", "editor"]; "read" if "viewer"; "viewer" if "editor"; "edit" if "editor"; }
    allow(user: User, action, project: Project) if user.tenant = project.tenant and has_permission(user, action, project);
    has_role(user: User, "viewer", project: Project) if project.isPublic = true and project.tenant = user.tenant;
    has_role(user: User, "editor", project: Project) if user in project.team.people;`,
  'helpers without classes': `
    allow(user: User, "read", project: Project) if same_tenant(user, project) and is_open(project);
    allow(user: User, "edit", task: Task) if same_tenant(user, task.project) and is_mine(user, task);
    same_tenant(one, other) if one.tenant = other.tenant;
    is_open(project) if project.status = "LIVE" or project.isPublic = true;
    is_mine(user, task) if task.assignee = user;
    is_mine(user, task) if task.assignee != nil and task.assignee.manager = user;`,
  'helpers for several classes': `
    allow(user: User, "edit", thing) if owns(user, thing);
    owns(user: User, folder: Folder) if folder.owner = user;
    owns(user: User, comment: Comment) if comment.author = user;
    owns(user: User, task: Task) if owns_any(user, task.project);
    owns_any(user, project) if user in project.team.people;`,
  dictionaries: `
    allow(user: User, action: String, project: Project) if level_of(action, level) and user.level >= level and project.isPublic = true;
    level_of(action, level) if level = {read: 1, edit: 5}.(action);`,
  'patterns with fields': `
    allow(_: User{isAdmin: true}, "read", _: Project{isPublic: false});
    allow(user: User, "edit", _: Task{assignee: user});
    allow(user: User{tenant: tenant}, "list", _: Project{tenant: tenant, status: "LIVE"}) if user.level > 2;`,
  'a tree': `
    ${entry}
    actor User {}
    resource Folder { permissions = ["read"]; roles = ["owner"]; relations = { parent: Folder }; "read" if "owner"; "owner" if "owner" on "parent"; }
    has_role(user: User, "owner", folder: Folder) if folder.owner = user;
    has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent;`,
  'relations by name': `
    ${entry}
    actor User {}
    resource Project { permissions = ["read"]; roles = ["viewer"]; "read" if "viewer"; }
    resource Task { permissions = ["read", "edit"]; relations = { project: Project, assignee: User }; "read" if "viewer" on "project"; "edit" if "assignee"; }
    has_role(user: User, "viewer", project: Project) if user in project.team.people;
    has_relation(project: Project, "project", task: Task) if task.project = project;
    has_relation(user: User, "assignee", task: Task) if task.assignee = user;`,
  'roles of data': `
    ${entry}
    actor User {}
    resource Team { permissions = ["read", "edit"]; roles = ["OWNER", "EDITOR", "VIEWER"]; "read" if "VIEWER"; "VIEWER" if "EDITOR"; "edit" if "EDITOR"; "EDITOR" if "OWNER"; }
    has_role(user: User, role: String, team: Team) if member in team.members and member.user = user and member.role = role;`,
  forall: `
    allow(user: User, "close", task: Task) if task.assignee = user and forall(blocker in task.blockers, blocker.assignee = user);
    allow(user: User, "close", project: Project) if user.isAdmin = true and not (project.status = "ARCHIVED" or project.status = "DRAFT");`,
  'blocks without permissions': `
    actor User {}
    resource Project { roles = ["viewer"]; }
    allow(user: User, "read", project: Project) if has_role(user, "viewer", project);
    has_role(user: User, "viewer", project: Project) if project.isPublic = true and user.level > 0;`,
  'dates and numbers': `
    allow(user: User, "read", project: Project) if project.createdAt <= user.birthday and user.birthday != nil;
    allow(user: User, "pay", project: Project) if project.budget != nil and project.budget > 10 and user.level >= 3 and user.level < 9;
    allow(_: User, "reopen", project: Project) if project.closedAt != nil and not project.isPublic;`,
  'one condition or another': `
    allow(user: User, "read", project: Project) if user.isAdmin = true and (project.status = "DRAFT" or project.status = "LIVE");
    allow(user: User, "tag", task: Task) if "urgent" in task.labels and task.assignee = user;
    allow(user: User, action, project: Project) if action in ["list", "count"] and project.tenant.plan in ["FREE", "PRO"] and user.level = 1;`,
  'two conditions on one field': `
    allow(_: User, "edit", project: Project) if project.status != "ARCHIVED" and project.status != "DRAFT";
    allow(user: User, "rank", _: Project) if user.level != 3 and user.level > 1 and user.level < 7;
    allow(user: User, "seek", project: Project) if status_of(project, "LIVE") and user.level = 2 and not user.level = 4;
    status_of(project, status) if project.status = status;`,
  'ranges, times and unions': `
    actor User {}
    resource Project { roles = ["viewer"]; permissions = ["read"]; "read" if "viewer"; }
    allow(actor, action, resource) if has_permission(actor, action, resource);
    has_role(user: User, "viewer", resource: Resource) if resource.tenant = user.tenant and resource.isPublic = true;
    allow(user: User, "rank", resource: Resource) if resource matches Project and resource.budget > 2 and resource.budget < 3 and user.level >= 3 and user.level <= 3;
    allow(user: User, "date", resource: Resource) if not resource matches User and resource.isPublic = true and user.level > 0;
    allow(user: User, "time", project: Project) if project.createdAt > 1600000000000 and user.level > 1 and not user.level > 5;
    allow(actor: Actor, "list", project: Project) if actor.tenant = project.tenant;`,
  'public resources and visitors': `
    allow(_, "read", project: Project) if project.isPublic = true;
    allow(nil, "list", _: Project);
    allow(user: User, "read", comment: Comment) if allow(user, "read", comment.task.project);`,
  'classes of a variable': `
    allow(user: User, "read", resource) if resource matches Comment and resource.author = user;
    allow(user: User, "read", resource) if resource matches Task and resource.assignee = user;
    allow(user: User, "see", task: Task) if task.assignee matches User and task.assignee.manager = user;`,
  'fields and requests': `
    allow_request(_: User, _);
    allow(user: User, "read", _: User) if user.level > 0;
    allow_field(user: User, "read", other: User, "birthday") if user = other;
    allow_field(_: User, "read", _: User, field) if field in ["id", "name"];`,
  'rules that recur': `
    allow(user: User, "read", folder: Folder) if within(folder, top) and top.owner = user;
    within(folder: Folder, folder: Folder);
    within(folder: Folder, top) if folder.parent != nil and within(folder.parent, top);`,
}

it.each(Object.entries(policies))('a correct policy loads without a word: %s', (_, policy) => {
  const authorizer = new Authorizer({ log: () => {} }).registerModels(models)
  const { warnings } = authorizer.loadSync(policy)
  expect(warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([])
})

it('a correct policy of classes without declarations loads without a word', () => {
  class User {}
  class Note {}
  const authorizer = new Authorizer({ log: () => {} }).registerClass(User).registerClass(Note)
  const { warnings } = authorizer.loadSync(`
    allow(user: User, "read", note: Note) if note.author.name = user.name and note.isOpen;
    allow(user: User, "edit", note: Note) if user in note.editors and note.tags.size > 2;`)
  expect(warnings).toEqual([])
})

it('a correct policy of a context loads without a word', () => {
  const authorizer = new Authorizer({ log: () => {} })
    .registerModels(models)
    .registerContext({ now: { type: 'date', nullable: false }, ip: 'string' })
  const { warnings } = authorizer.loadSync(
    'allow(_: User, "read", project: Project) if project.createdAt < context.now and context.ip != nil;',
  )
  expect(warnings).toEqual([])
})
