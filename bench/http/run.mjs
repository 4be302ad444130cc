// `pnpm bench:http`: what a guarded route and a filtered list cost, beside the same application with checks by hand and with CASL.
import { fork } from 'node:child_process'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from '../build.mjs'
import { duration, significant, table } from '../report.mjs'
import { applications } from './applications.mjs'
import { requests } from './world.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    requests: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
  },
})
const [rounds, count] = [Number(values.rounds), Number(values.requests)]
if (!(Number.isSafeInteger(rounds) && rounds > 0 && Number.isSafeInteger(count) && count > 0)) {
  console.error('pnpm bench:http [--rounds 15] [--requests 2000] [--json]')
  process.exit(2)
}
/** How many requests wait at the same time. */
const concurrency = 16
/** Of CPU, that is to be added to a request over checks by hand. */
const goal = 15_000

build('@arcturus/express')

const once = (child) => new Promise((resolve) => child.once('message', resolve))

async function serve(name) {
  const child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), [name], {
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const { port } = await once(child)
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const cpu = () => {
    child.send('cpu')
    return once(child).then((answer) => answer.cpu)
  }
  const get = (path, user) =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, agent, headers: { 'x-user': user } }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        answer.on('end', () => resolve({ status: answer.statusCode, text }))
      })
      sent.on('error', reject).end()
    })
  return { name, cpu, get, child, agent }
}

/** Sends a batch; the CPU that the server used for each request, and how long each waited. */
async function batch(server, requestAt) {
  const waits = new Float64Array(count)
  const before = await server.cpu()
  const begun = process.hrtime.bigint()
  let next = 0
  const worker = async () => {
    for (let at = next++; at < count; at = next++) {
      const { user, path, status } = requestAt(at)
      const sent = process.hrtime.bigint()
      const answer = await server.get(path, user)
      waits[at] = Number(process.hrtime.bigint() - sent)
      if (answer.status !== status)
        throw new Error(`${server.name} answers ${answer.status} for ${path}, not ${status}.`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9
  const cpu = (((await server.cpu()) - before) * 1000) / count
  return { cpu, perSecond: count / seconds, waits: waits.sort() }
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
const median = (numbers) =>
  quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  )

async function measure(route, requestAt) {
  const servers = []
  for (const name of Object.keys(applications)) servers.push(await serve(name))
  const answers = new Set()
  for (const server of servers) {
    let all = ''
    for (let at = 0; at < 200; at++) {
      const { user, path } = requestAt(at)
      const { status, text } = await server.get(path, user)
      all += `${status} ${status === 200 ? text : ''}\n`
    }
    answers.add(all)
  }
  if (answers.size > 1) throw new Error(`The applications do not answer alike: ${route}.`)
  for (const server of servers) for (let at = 0; at < 3; at++) await batch(server, requestAt)

  const measured = new Map(servers.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    // Every other round in the other order, so that none always comes after the same one.
    for (const server of round % 2 ? servers.toReversed() : servers)
      measured.get(server.name).push(await batch(server, requestAt))
  }
  for (const { child, agent } of servers) {
    agent.destroy()
    child.kill()
  }
  const base = measured.get('by hand')
  return [...measured].map(([name, batches]) => ({
    route,
    name,
    perSecond: median(batches.map((one) => one.perSecond)),
    p50: median(batches.map((one) => quantile(one.waits, 0.5))),
    p99: median(batches.map((one) => quantile(one.waits, 0.99))),
    cpu: median(batches.map((one) => one.cpu)),
    added: median(batches.map((one, round) => one.cpu - base[round].cpu)),
  }))
}

const all = []
for (const [route, requestAt] of Object.entries(requests)) all.push(...(await measure(route, requestAt)))
if (values.json) console.log(JSON.stringify(all, null, 2))
else {
  const header = ['', 'requests/s', 'p50', 'p99', 'CPU', 'added']
  const rows = all.map((one) => [
    `${one.route}, ${one.name}`,
    significant(one.perSecond),
    duration(one.p50),
    duration(one.p99),
    duration(one.cpu),
    one.name === 'by hand' ? '' : `${one.added < 0 ? '−' : ''}${duration(Math.abs(one.added))}`,
  ])
  console.log(
    `${table(header, rows)}\n\nCPU of the server for each request, and what is added to it: the median of ${rounds} paired rounds.`,
  )
}
const over = all.filter(({ name, added }) => name === 'arcturus' && added > goal)
for (const { route, added } of over)
  console.log(`The ${route} is beyond the goal of ${duration(goal)}: ${duration(added)}.`)
