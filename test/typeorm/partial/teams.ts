import { EntitySchema } from 'typeorm'

export class Team {
  id!: number
  leader?: Member | null
  members?: Promise<Member[]>
}
export class Member {
  id!: number
  name!: string
  team?: Team
  deletedAt?: Date | null
}
export const teams = [
  new EntitySchema<Team>({
    name: 'Team',
    target: Team,
    columns: { id: { type: 'int', primary: true } },
    relations: {
      leader: { type: 'many-to-one', target: 'Member', nullable: true },
      members: { type: 'one-to-many', target: 'Member', inverseSide: 'team', lazy: true },
    },
  }),
  new EntitySchema<Member>({
    name: 'Member',
    target: Member,
    columns: {
      id: { type: 'int', primary: true },
      name: { type: 'varchar', length: 100 },
      deletedAt: { type: 'datetime', nullable: true, deleteDate: true },
    },
    relations: { team: { type: 'many-to-one', target: 'Team', inverseSide: 'members' } },
  }),
]
