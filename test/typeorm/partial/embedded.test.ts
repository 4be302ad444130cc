import { QueryError } from '@arcturus/core'
import { EntitySchema } from 'typeorm'
import { describe, expect, it } from 'vitest'
import { authorizationFor } from '../people.js'
import { databasesOf } from './setup.js'
import { Member, teams } from './teams.js'

class Place {
  members?: Member[]
}
class Club {
  id!: number
  place!: Place
}
const clubs = new EntitySchema<Club>({
  name: 'Club',
  target: Club,
  columns: { id: { type: 'int', primary: true } },
  embeddeds: {
    place: {
      schema: new EntitySchema<Place>({
        name: 'Place',
        target: Place,
        columns: {},
        relations: { members: { type: 'many-to-many', target: 'Member', joinTable: true } },
      }),
    },
  },
})

describe.each(await databasesOf('embedded'))('A relation in an embedded class on $name', (database) => {
  it('is partial if a condition leaves rows out', async () => {
    const source = await database.open([clubs, ...teams])
    const { authorizer } = authorizationFor(
      source,
      'allow(_: Member, "leave", club: Club) if not (member in club.place.members and member.name = "ann");',
    )
    const [ann, bo] = await source.manager.save([
      Object.assign(new Member(), { id: 1, name: 'ann' }),
      Object.assign(new Member(), { id: 2, name: 'bo' }),
    ])
    await source.manager.save(Object.assign(new Club(), { id: 1, place: { members: [ann, bo] } }))
    const load = (condition?: string) =>
      source.createQueryBuilder(Club, 'c').leftJoinAndSelect('c.place.members', 'm', condition).getOneOrFail()
    expect(authorizer.can(ann, 'leave', await load())).toBe(false)
    const part = await load("m.name = 'bo'")
    for (const row of [part, Object.assign(new Club(), part), source.manager.create(Club, part)])
      expect(() => authorizer.can(ann, 'leave', row)).toThrow(QueryError)
    await database.close()
  })
})
