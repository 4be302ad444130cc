import { type DataSource, EntitySchema, type EntitySchemaRelationOptions } from 'typeorm'
import { tenantRows } from '../orm/tenants.js'

const int = { type: 'int' } as const
const id = { type: 'int', primary: true } as const
const text = { type: 'varchar', length: 20 } as const

function one(target: string, inverseSide: string | undefined, column: string, nullable = false) {
  const joinColumn = { name: column }
  return {
    type: 'many-to-one',
    target,
    joinColumn,
    nullable,
    ...(inverseSide !== undefined && { inverseSide }),
  } satisfies EntitySchemaRelationOptions
}

function many(target: string, inverseSide: string) {
  return { type: 'one-to-many', target, inverseSide } satisfies EntitySchemaRelationOptions
}

const team = (inverseSide: string, nullable: boolean) =>
  ({
    type: 'many-to-one',
    target: 'Team',
    inverseSide,
    nullable,
    joinColumn: [
      { name: 'teamRegion', referencedColumnName: 'region' },
      { name: 'teamCode', referencedColumnName: 'code' },
    ],
  }) satisfies EntitySchemaRelationOptions

/** The entities of `tenantRows`, whose rows are plain objects. */
export const tenantEntities = [
  new EntitySchema<object>({
    name: 'User',
    columns: { id, name: text, managerId: { ...int, nullable: true } },
    relations: {
      manager: one('User', undefined, 'managerId', true),
      memberships: many('Membership', 'user'),
      seats: many('Seat', 'user'),
    },
  }),
  new EntitySchema<object>({
    name: 'Organization',
    columns: { id, name: text, parentId: { ...int, nullable: true } },
    relations: {
      parent: one('Organization', 'children', 'parentId', true),
      children: many('Organization', 'parent'),
      memberships: many('Membership', 'organization'),
    },
  }),
  new EntitySchema<object>({
    name: 'Membership',
    columns: { id, role: text, userId: int, organizationId: int },
    relations: {
      user: one('User', 'memberships', 'userId'),
      organization: one('Organization', 'memberships', 'organizationId'),
    },
  }),
  new EntitySchema<object>({
    name: 'Team',
    columns: { region: { ...int, primary: true }, code: { ...int, primary: true }, organizationId: int },
    relations: {
      organization: one('Organization', undefined, 'organizationId'),
      seats: many('Seat', 'team'),
      projects: many('Project', 'team'),
    },
  }),
  new EntitySchema<object>({
    name: 'Seat',
    columns: {
      userId: { ...int, primary: true },
      teamRegion: { ...int, primary: true },
      teamCode: { ...int, primary: true },
      isLead: { type: 'boolean' },
    },
    relations: { user: one('User', 'seats', 'userId'), team: team('seats', false) },
  }),
  new EntitySchema<object>({
    name: 'Project',
    columns: {
      id,
      name: text,
      budget: int,
      organizationId: int,
      ownerId: { ...int, nullable: true },
      teamRegion: { ...int, nullable: true },
      teamCode: { ...int, nullable: true },
    },
    relations: {
      organization: one('Organization', undefined, 'organizationId'),
      owner: one('User', undefined, 'ownerId', true),
      team: team('projects', true),
      guests: many('Guest', 'project'),
      tasks: many('Task', 'project'),
    },
  }),
  new EntitySchema<object>({
    name: 'Guest',
    columns: { projectId: { ...int, primary: true }, userId: { ...int, primary: true }, role: text },
    relations: { project: one('Project', 'guests', 'projectId'), user: one('User', undefined, 'userId') },
  }),
  new EntitySchema<object>({
    name: 'Task',
    columns: { id, title: text, projectId: int, parentId: { ...int, nullable: true } },
    relations: {
      project: one('Project', 'tasks', 'projectId'),
      parent: one('Task', undefined, 'parentId', true),
    },
  }),
]

/** Adds `tenantRows`. */
export async function addTenants(source: DataSource): Promise<void> {
  const names = {
    users: 'User',
    organizations: 'Organization',
    memberships: 'Membership',
    teams: 'Team',
    seats: 'Seat',
    projects: 'Project',
    guests: 'Guest',
    tasks: 'Task',
  } as const
  for (const [rows, entity] of Object.entries(names))
    await source.getRepository(entity).insert([...tenantRows[rows as keyof typeof names]] as never)
}
