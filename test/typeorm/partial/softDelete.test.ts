import { RelationNotLoadedError } from '@arcturus/core'
import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationFor } from '../people.js'
import { databasesOf } from './setup.js'
import { Member, Team, teams } from './teams.js'

describe.each(await databasesOf('soft_delete'))('A relation to rows with soft deletion on $name', (database) => {
  let source: DataSource
  let authorizer: ReturnType<typeof authorizationFor>['authorizer']
  const ann = Object.assign(new Member(), { id: 1, name: 'ann' })
  beforeAll(async () => {
    source = await database.open(teams)
    authorizer = authorizationFor(
      source,
      `
      allow(_: Member, "follow", team: Team) if team.leader matches Member;
      allow(_: Member, "leave", team: Team) if not (member in team.members and member.name = "ann");
    `,
    ).authorizer
    const bo = Object.assign(new Member(), { id: 2, name: 'bo' })
    await source.manager.save([ann, bo])
    for (const leader of [ann, bo]) {
      const team = await source.manager.save(Object.assign(new Team(), { id: leader.id, leader }))
      await source.manager.save(Object.assign(new Member(), { id: 10 + leader.id, name: 'ann', team }))
      await source.manager.save(Object.assign(new Member(), { id: 20 + leader.id, name: 'bo', team }))
    }
    await source.getRepository(Member).softDelete({ id: 1 })
  })
  afterAll(() => database.close(), 60_000)

  it.each(['join', 'query'] as const)('is partial if `withDeleted` loads it by a %s', async (strategy) => {
    const team = await source.getRepository(Team).findOne({
      where: { id: 1 },
      relations: { leader: true },
      withDeleted: true,
      relationLoadStrategy: strategy,
    })
    expect(team?.leader?.id).toBe(1)
    expect(() => authorizer.can(ann, 'follow', team)).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'follow', team)).toBe(false)
  })

  it('is complete if the query leaves deleted rows out', async () => {
    const rows = await source.getRepository(Team).find({ relations: { leader: true }, order: { id: 'ASC' } })
    expect(rows.map((team) => authorizer.can(ann, 'follow', team))).toEqual([false, true])
  })

  it('is partial if it is lazy and a condition leaves rows out', async () => {
    const query = source
      .getRepository(Team)
      .createQueryBuilder('t')
      .leftJoinAndSelect('t.members', 'm', "m.name = 'bo'")
    expect(await authorizer.isAllowed(ann, 'leave', await query.getOne())).toBe(false)
  })
})
