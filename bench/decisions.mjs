// What decisions cost: a check without listeners, with one, with one that reads the rules, with a shadow, and in a
// context. Prints nanoseconds for a check: the least and the median of many short rounds that alternate in one
// process. On a machine with other work, the least is the cost; the median has pauses of the garbage collector too.
// What a rule pays for a name of the context is in contexts.mjs.
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import '@arcturus/explain'

class User {
  constructor(id) {
    this.id = id
  }
}
class Doc {
  constructor(id, kind, owner) {
    Object.assign(this, { id, kind, owner })
  }
}

const rules = Array.from(
  { length: 100 },
  (_, at) => `allow(user: User, "read", doc: Doc) if doc.kind = ${at} and doc.owner = user;`,
)
const text = rules.join('\n')
const [ada, size] = [new User(1), 64]
const docs = Array.from({ length: size }, (_, at) => new Doc(at, (at * 37) % 100, ada))

function made(prepare = () => {}, policy = text) {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id' })
    .registerClass(Doc, { key: 'id' })
  prepare(authorizer)
  authorizer.loadSync(policy)
  return authorizer
}

function shadowed(options) {
  const authorizer = made()
  authorizer.shadow(text, options)
  return authorizer
}

const timed = made(
  (one) => one.registerContext({ level: 'integer' }),
  'allow(_: User, "read", doc: Doc) if doc.kind < level;',
)

let kept
const checksOf = (authorizer) => (checks) => {
  for (let count = 0; count < checks; count++) authorizer.can(ada, 'read', docs[count % size])
}
const listener = (decision) => {
  kept = decision.outcome
}
const rulesListener = (decision) => {
  kept = decision.rules
}
const variants = {
  'no listener': checksOf(made()),
  'a listener': checksOf(made((one) => one.onDecision(listener))),
  'a listener, sampled 1 %': checksOf(made((one) => one.onDecision(listener, { sample: 0.01 }))),
  'a listener that reads the rules': checksOf(made((one) => one.onDecision(rulesListener))),
  'a shadow, sampled 1 %': checksOf(shadowed({ sample: 0.01 })),
  'a shadow': checksOf(shadowed()),
  'with, without a check': (times) => {
    for (let count = 0; count < times; count++) kept = timed.with({ level: 100 })
  },
}

const times = new Map(Object.keys(variants).map((name) => [name, []]))
for (let round = 0; round < 80; round++) {
  for (const [name, run] of Object.entries(variants)) {
    const checks = name.includes('rules') ? 500 : 10_000
    const begun = performance.now()
    run(checks)
    times.get(name).push(((performance.now() - begun) * 1e6) / checks)
  }
}
for (const [name, all] of times) {
  const sorted = all.slice(20).sort((a, b) => a - b)
  console.log(`${name.padEnd(34)} ${sorted[0].toFixed(0).padStart(8)} ns, median ${sorted[30].toFixed(0)}`)
}
if (kept === undefined) throw new Error('nothing was decided')
