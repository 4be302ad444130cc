// What a request asks beside checks: the actions on a row and on each row of a page, rows in memory, and the text of a denial; and the first requests of a process.
import { fork } from 'node:child_process'
import { authorizerFor } from '../engines/arcturus.mjs'
import { interleaved, least } from '../measure.mjs'
import { workloads } from '../workloads/index.mjs'

const pageSize = 50

/** @returns each operation, by hand and by the authorizer; both take the number of the request */
function operationsOf(workload) {
  const { rows, users, byHand, checks, polar } = workload
  const authorizer = authorizerFor(workload)
  const words = [...new Set([...polar.matchAll(/"(\w+)"/g)].map(([, word]) => word))]
  const known = new Set(checks.map(({ action }) => action))
  const actions = words.filter((word) => known.has(word))
  const model = rows[0].constructor.name
  const actionsByHand = (user, row) => new Set(actions.filter((action) => byHand(user, action, row)))
  const page = rows.slice(0, pageSize)
  const userAt = (at) => users[at % users.length]
  const rowAt = (at) => checks[at % checks.length]
  const denied = checks.filter(({ expected }) => !expected)
  const deniedAt = (at) => denied[at % denied.length]
  const pairs = {
    'actions on a row': [
      async (at) => actionsByHand(rowAt(at).user, rowAt(at).resource),
      (at) => authorizer.authorizedActions(rowAt(at).user, rowAt(at).resource),
    ],
    [`actions on ${pageSize} rows`]: [
      async (at) => page.map((row) => actionsByHand(userAt(at), row)),
      (at) => authorizer.authorizedActionsMany(userAt(at), page),
    ],
    [`${pageSize} rows in memory`]: [
      (at) => page.filter((row) => byHand(userAt(at), 'read', row)),
      (at) => {
        const filter = authorizer.filter(userAt(at), 'read', model)
        return page.filter((row) => filter.matches(row))
      },
    ],
    'a denial and its text': [
      async (at) => {
        const { user, action, resource } = deniedAt(at)
        return byHand(user, action, resource) ? '' : new Error(`${action} is not allowed.`).message
      },
      (at) => {
        const { user, action, resource } = deniedAt(at)
        return authorizer.authorize(user, action, resource).catch((error) => error.message)
      },
    ],
  }
  return pairs
}

/** The times of the first checks of a process, in milliseconds: each action in turn, on another row each time. */
function firstChecks(name, seed) {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./firstChecks.mjs', import.meta.url), [name, String(seed)])
    child.once('message', resolve)
    child.once('error', reject)
    child.once('exit', (code) => code && reject(new Error(`The first checks of ${name} failed.`)))
  })
}

export async function measure({ name, seed, rounds, effort, runs }) {
  const workload = workloads[name](seed)
  const pairs = operationsOf(workload)
  const plain = (value) => JSON.stringify(value, (_, one) => (one instanceof Set ? [...one].toSorted() : one))
  for (const [what, [byHand, own]] of Object.entries(pairs)) {
    if (what === 'a denial and its text') continue
    for (let at = 0; at < 64; at++)
      if (plain(await byHand(at)) !== plain(await own(at)))
        throw new Error(`${what}: request ${at} differs from by hand.`)
  }
  const counted = (ask) => {
    let at = 0
    return () => ask(at++)
  }
  const operations = Object.entries(pairs).flatMap(([what, [byHand, own]]) => [
    [`${what}, by hand`, counted(byHand)],
    [what, counted(own)],
  ])
  const times = await interleaved(operations, rounds, effort)
  const timeOf = (what) => times.find((one) => one.name === what)?.nanoseconds
  const starts = []
  for (let run = 0; run < runs; run++) starts.push(await firstChecks(name, seed))
  return {
    workload: workload.name,
    title: 'what a request asks beside checks',
    contenders: times.map((one) => ({ ...one, byHand: timeOf(`${one.name}, by hand`) })),
    firstChecks: (starts[0] ?? []).map((_, at) => least(starts.map((one) => one[at]))),
  }
}
