// What decisions cost: a check without listeners, with one, with one that reads the rules, and with a shadow. Prints
// nanoseconds for a check, the median of several rounds that alternate in one process.
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/decisions'

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

function made(prepare = () => {}) {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id' })
    .registerClass(Doc, { key: 'id' })
  authorizer.loadSync(text)
  prepare(authorizer)
  return authorizer
}

let kept
const variants = {
  'no listener': made(),
  'a listener': made((one) => one.onDecision((decision) => (kept = decision.outcome))),
  'a listener, sampled 1 %': made((one) => one.onDecision((decision) => (kept = decision.outcome), { sample: 0.01 })),
  'a listener that reads the rules': made((one) => one.onDecision((decision) => (kept = decision.rules))),
  'a shadow, sampled 1 %': made((one) => one.shadow(text, { sample: 0.01 })),
  'a shadow': made((one) => one.shadow(text)),
}

function timeOf(authorizer, checks) {
  const begun = performance.now()
  for (let count = 0; count < checks; count++) authorizer.can(ada, 'read', docs[count % size])
  return ((performance.now() - begun) * 1e6) / checks
}

const times = new Map(Object.keys(variants).map((name) => [name, []]))
for (let round = 0; round < 9; round++)
  for (const [name, authorizer] of Object.entries(variants))
    times.get(name).push(timeOf(authorizer, name.includes('rules') ? 3_000 : 100_000))
for (const [name, all] of times) {
  const median = all.slice(2).sort((a, b) => a - b)[3]
  console.log(`${name.padEnd(34)} ${median.toFixed(0).padStart(8)} ns`)
}
if (kept === undefined) throw new Error('nothing was decided')
