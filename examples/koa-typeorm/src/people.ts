import type { EntityManager } from 'typeorm'
import { Person } from './entities/person.js'
import { Team } from './entities/team.js'

/**
 * Whom a request comes from: `Authorization: Bearer mara` is Mara. Folio takes everybody's word for it; an application verifies
 * a token or a session here.
 */
export function handleIn(header: string): string | undefined {
  return /^Bearer (\w+)$/.exec(header)?.[1]
}

/**
 * Somebody with all that the policy asks about them: their shares, their teams, and those around these. Loaded once in a request,
 * it is why neither lists nor checks look for shares again.
 */
export async function findPerson(
  rows: Pick<EntityManager, 'find' | 'findOne'>,
  handle: string,
): Promise<Person | null> {
  const person = await rows.findOne(Person, { where: { handle }, relations: { shares: true, teams: true } })
  if (!person || person.teams.length === 0) return person

  const teams = await rows.find(Team, { relations: { shares: true } })
  const byId = new Map(teams.map((team) => [team.id, team]))
  for (const team of teams) team.parent = team.parentId === null ? null : byId.get(team.parentId)!
  person.teams = person.teams.map(({ id }) => byId.get(id)!)
  return person
}
