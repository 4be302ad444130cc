// `pnpm bench --random N`: how many times as long as functions by hand checks of random policies take.
import { significant, table } from '../report.mjs'
import { fixedPolicies } from './policies.mjs'

const answers = ['can', 'compiled', 'closures', 'machine']
/** The ways to decide that are measured. */
export const randomWays = [...answers, 'CASL cached']
const titles = { declared: 'declared schemas', half: 'schemas with half of the fields', bare: 'bare classes' }

/**
 * Measures the twins of known workloads, the fixed policies and random ones, and prints what was found.
 * @param options.measured measures a part in a process of its own
 */
export async function measureRandom({ count, from, schemas, ways, twins, measured, print }) {
  const known = []
  for (const name of twins) known.push(await measured('twins', name))
  print(twinsReport(known))
  const bySchema = {}
  for (const schema of schemas) {
    const policies = []
    for (const name of fixedPolicies) policies.push(await policyOf(name, schema, ways, measured))
    const fixed = policies.length
    for (let index = from; policies.length < count + fixed; index++) {
      const policy = await policyOf(`#${index}`, schema, ways, measured)
      // It allowed hardly anything, or denied hardly anything: another one takes its place.
      if (policy) policies.push(policy)
    }
    bySchema[schema] = policies
    print(`\n${schemaReport(schema, policies.slice(0, fixed), policies.slice(fixed))}`)
  }
  return { part: 'random', twins: known, ...bySchema }
}

/** @returns what was measured of a policy in each way; undefined if there is nothing to measure */
async function policyOf(name, schema, ways, measured) {
  const found = []
  for (const way of ways) {
    const one = await measured('policies', name, { schema, way })
    if (one.nothing) return undefined
    if (!one.cannotSay) found.push([way, one])
  }
  const [[, { title, polar, byHandNs }]] = found
  const ofWays = (read) => Object.fromEntries(found.map(([way, one]) => [way, read(one)]))
  const [nanoseconds, ratios] = [ofWays((one) => one.nanoseconds), ofWays((one) => one.ratio)]
  return { name, title, polar, byHandNs, nanoseconds, ratios }
}

const times = (number) => `${significant(number)} ×`

function twinsReport(known) {
  const rows = known.map(({ workload, contenders: [byHand, twin] }) => [
    workload,
    `${significant(byHand.nanoseconds)} ns`,
    `${significant(twin.nanoseconds)} ns`,
    times(twin.nanoseconds / byHand.nanoseconds),
  ])
  return ['Generated twins beside functions by hand', table(['', 'by hand', 'twin', 'ratio'], rows)].join('\n')
}

function schemaReport(schema, fixed, random) {
  const title = `${random.length} random policies, ${titles[schema]}`
  const distribution = (name) => {
    const found = random.map((policy) => ({ policy, ratio: policy.ratios[name] })).toSorted((a, b) => a.ratio - b.ratio)
    const worst = found.at(-1)
    return [name, ...[0.5, 0.9].map((share) => times(quantile(found, share))), times(worst.ratio), worst.policy.name]
  }
  const parts = []
  if (random.length > 0) {
    const header = [`${title}, of hand-written`, 'median', 'p90', 'worst', 'which']
    parts.push(table(header, answersOf(random).map(distribution)))
    parts.push(...caslLines(random), ...answersOf(random).map((name) => worstLine(name, random)))
  }
  for (const { name, ratios, byHandNs } of fixed) {
    const told = randomWays.filter((answer) => ratios[answer] !== undefined)
    const list = told.map((answer) => `${answer} ${times(ratios[answer])}`).join(', ')
    parts.push(`${name}, ${schema}: by hand ${significant(byHandNs)} ns, ${list}`)
  }
  const [first] = answersOf(random)
  const worst = first && worstOf(first, random)[0]
  if (worst) parts.push(`\nThe worst of ${first} is ${worst.name} (${worst.title}):\n\n${worst.polar}`)
  return parts.join('\n')
}

/** The answers that were measured. */
const answersOf = ([one]) => answers.filter((name) => one?.ratios[name] !== undefined)
const worstOf = (name, random) => random.toSorted((a, b) => b.ratios[name] - a.ratios[name])

function worstLine(name, random) {
  const ten = worstOf(name, random).slice(0, 10)
  return `The worst of ${name}: ${ten.map((policy) => `${policy.name} ${times(policy.ratios[name])}`).join(', ')}`
}

function caslLines(random) {
  const said = random
    .filter(({ ratios }) => ratios['CASL cached'] !== undefined)
    .map((policy) => ({ policy, ratio: policy.ratios['CASL cached'] / policy.ratios.can }))
    .toSorted((a, b) => a.ratio - b.ratio)
  const part = `CASL can say ${said.length} of ${random.length}.`
  if (said.length === 0) return [part]
  const [least] = said
  return [
    `${part} Cached, it takes ${times(quantile(said, 0.5))} as long as can at the median, ${times(quantile(said, 0.05))} at the ` +
      `95th percentile, ${times(least.ratio)} at the worst (${least.policy.name}).`,
  ]
}

/** The ratio that a share of them does not exceed. */
function quantile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)].ratio
}
