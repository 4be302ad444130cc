// `pnpm bench:lists`: what lists of a large database cost, filtered by the policy and by what an expert writes by hand.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { openDatabase, people } from './lists/database.mjs'
import { isNoWorse, planner } from './lists/plan.mjs'
import { rawLists } from './lists/raw.mjs'
import { median } from './measure.mjs'
import { duration, table } from './report.mjs'

const usage = `pnpm bench:lists [options]

  --documents N   rows of the list's table   (1000000; a tenth as many users, a hundredth as many organizations)
  --pairs N       how often each list is asked for by hand and by the policy, in turn   (25; 5 with --random)
  --only TEXT     only lists whose name has these words: "Prisma, many: page"
  --json FILE     everything that was measured

  --memberships   lists for users with many memberships, on SQLite, PostgreSQL and MariaDB

  --random N      lists of N random policies in place of these, beside SQL that independent code writes
  --seed S        other policies and rows   (0)
  --from I        the first I policies of the seed are left out   (0)
  --rows R        rows of the table that is listed   (1000000)
  --no-jit        PostgreSQL does not compile the statements of --random: SET jit = off

PostgreSQL is the one of PG_URL, by default the local one. The database is kept for the next run.
`
const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '1000000' },
    pairs: { type: 'string' },
    only: { type: 'string', default: '' },
    memberships: { type: 'boolean', default: false },
    random: { type: 'string' },
    seed: { type: 'string', default: '0' },
    from: { type: 'string', default: '0' },
    rows: { type: 'string', default: '1000000' },
    'no-jit': { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const { pairs: given = values.random === undefined ? '25' : '5' } = values
const [documents, pairs, seed, from, rowCount] = [values.documents, given, values.seed, values.from, values.rows].map(
  Number,
)
const random = values.random === undefined ? undefined : Number(values.random)
const isValid = documents >= 50_000 && pairs >= 1 && seed >= 0 && from >= 0 && rowCount >= 1_000 && !(random < 1)
if (values.help || !isValid) {
  console.error(usage)
  process.exit(values.help ? 0 : 2)
}

/** So often, and so many milliseconds, before anything is measured: a server has compiled what it runs. */
const warmUp = { pairs: 20, time: 3_000 }

/** A list of the policy may take so many times as long as the one by hand. */
const allowed = 1.15

build('@arcturus/prisma', '@arcturus/typeorm')
if (values.memberships) {
  const { measureMemberships } = await import('./lists/memberships.mjs')
  const measured = await measureMemberships({ documents: 100_000, pairs, only: values.only, print: console.log })
  if (values.json) writeFileSync(values.json, `${JSON.stringify(measured, null, 2)}\n`)
  process.exit(measured.every(({ ratio }) => ratio <= allowed) ? 0 : 1)
}
if (random !== undefined) {
  const { allFast, measureRandomLists } = await import('./random/lists.mjs')
  const measured = await measureRandomLists({
    count: random,
    seed,
    from,
    rows: rowCount,
    pairs,
    jit: !values['no-jit'],
    print: console.log,
  })
  if (values.json) writeFileSync(values.json, `${JSON.stringify(measured, null, 2)}\n`)
  process.exit(allFast(measured) ? 0 : 1)
}
const { prismaLists } = await import('./lists/prisma.mjs')
const { typeOrmLists } = await import('./lists/typeOrm.mjs')
const size = { organizations: documents / 100, users: documents / 10, documents, shares: documents / 2 }
console.log(
  `${documents.toLocaleString('en')} documents, ${size.organizations.toLocaleString('en')} organizations, ${size.users.toLocaleString('en')} users; medians of ${pairs} pairs\n`,
)
const url = await openDatabase(size)
const [raw, plans] = [await rawLists(url), await planner(url)]

async function timeOf(list) {
  const start = process.hrtime.bigint()
  await list()
  return Number(process.hrtime.bigint() - start)
}

/** The two in turn, each one first as often as the other. */
async function measure(lists) {
  const times = { hand: [], policy: [], raw: [] }
  const names = Object.keys(times)
  const inTurn = async (turn, told) => {
    for (let at = 0; at < names.length; at++) {
      const name = names[(at + turn) % names.length]
      told(name, await timeOf(lists[name]))
    }
  }
  const warm = performance.now() + warmUp.time
  for (let turn = 0; turn < warmUp.pairs || performance.now() < warm; turn++) await inTurn(turn, () => {})
  for (let pair = 0; pair < pairs; pair++) await inTurn(pair, (name, time) => times[name].push(time))
  const ratio = median(times.policy.map((time, pair) => time / times.hand[pair]))
  return { hand: median(times.hand), policy: median(times.policy), raw: median(times.raw), ratio }
}

const idsOf = (answer) => JSON.stringify(typeof answer === 'number' ? answer : answer.map(({ id }) => id))

const results = []
for (const open of [prismaLists, typeOrmLists]) {
  const lists = await open(url)
  for (const [person, { id }] of Object.entries(people)) {
    const user = await lists.user(id)
    for (const what of ['page', 'count']) {
      if (!`${lists.name}, ${person}: ${what}`.includes(values.only)) continue
      const each = {
        hand: () => lists[what].hand(user),
        policy: () => lists[what].policy(user),
        raw: () => raw[what](user),
      }
      const answers = await Promise.all(Object.values(each).map(async (list) => idsOf(await list())))
      if (new Set(answers).size > 1) throw new Error(`${lists.name}: the ${what} of ${person} differs.`)
      const plan = {
        hand: await plans.explain(await lists.statements(each.hand)),
        policy: await plans.explain(await lists.statements(each.policy)),
      }
      const samePlan = plan.hand.shape === plan.policy.shape
      const noWorse = isNoWorse(plan.policy, plan.hand)
      results.push({ orm: lists.name, person, what, ...(await measure(each)), samePlan, noWorse, plan })
    }
  }
  await lists.close()
}
await Promise.all([raw.close(), plans.close()])

const rows = results.map(({ orm, person, what, hand, policy, raw: sql, ratio, samePlan, noWorse }) => [
  `${orm}, ${person}: ${what}`,
  duration(sql),
  duration(hand),
  duration(policy),
  ratio.toFixed(2),
  samePlan ? 'the same' : noWorse ? 'cheaper' : 'WORSE',
])
console.log(table(['', 'SQL', 'by hand', 'by the policy', 'policy / hand', 'plan'], rows))
const missed = results.filter(({ ratio, noWorse }) => ratio > allowed || !noWorse)
console.log(
  `\n${missed.length === 0 ? `No list takes more than ${allowed} times as long as the one by hand, and no plan is worse.` : `Missed: ${missed.map(({ orm, person, what }) => `${orm}, ${person}, ${what}`).join('; ')}`}`,
)
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
process.exitCode = missed.length === 0 ? 0 : 1
