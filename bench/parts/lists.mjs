// Many rows at once: 10,000 rows in memory for one user, what a user needs for it included; and filters for a database.
import { compiledAuthorizer } from '../compiled.mjs'
import { authorizerFor } from '../engines/arcturus.mjs'
import { abilityMaker } from '../engines/casl.mjs'
import { interleaved } from '../measure.mjs'
import { workloads } from '../workloads/index.mjs'

export async function measure({ name, seed, engines, rounds, effort }) {
  const workload = workloads[name](seed)
  const { rows, users, byHand } = workload
  const source = authorizerFor(workload)
  const closures = authorizerFor(workload, { evaluator: 'closures' })
  const compiled = await compiledAuthorizer(workload)
  const abilityOf = abilityMaker(workload)
  const model = rows[0].constructor.name
  const lists = {
    'hand-written': (user) => rows.map((row) => byHand(user, 'read', row)),
    'arcturus canMany': (user) => source.canMany(user, 'read', rows),
    'arcturus compiled canMany': (user) => compiled.canMany(user, 'read', rows),
    'arcturus canMany, closures': (user) => closures.canMany(user, 'read', rows),
    ...(engines.includes('casl') && {
      'CASL, ability made': (user) => {
        const ability = abilityOf(user)
        return rows.map((row) => ability.can('read', row))
      },
    }),
  }
  const expected = users.slice(0, 8).map((user) => lists['hand-written'](user))
  for (const [contender, list] of Object.entries(lists)) {
    for (const [at, answersOfUser] of expected.entries()) {
      const found = list(users[at])
      if (found.length !== answersOfUser.length || found.some((answer, index) => answer !== answersOfUser[index]))
        throw new Error(`${contender} decides otherwise for user ${users[at].id}`)
    }
  }
  const each = (list) => {
    let at = 0
    return () => list(users[at++ % users.length])
  }
  const times = await interleaved(
    Object.entries(lists).map(([contender, list]) => [contender, each(list)]),
    rounds,
    effort,
  )
  const filters = await interleaved(
    [['arcturus filter', each((user) => source.filter(user, 'read', model))]],
    rounds,
    effort,
  )
  return {
    workload: workload.name,
    title: `${rows.length.toLocaleString('en')} rows in memory`,
    contenders: times,
    filters,
  }
}
