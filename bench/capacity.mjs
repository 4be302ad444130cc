// What one core decides, and what a policy takes: checks and filters for a second, time and memory of a load. Prints the
// rows of the table in docs/production/sizing.md. Each policy has rules like those of an application, a tenth of them with roles.
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'

class User {
  constructor(id, roles) {
    Object.assign(this, { id, roles })
  }
}
class Document {
  constructor(id, kind, ownerId) {
    Object.assign(this, { id, kind, ownerId })
  }
}

const rule = (at) =>
  at % 10 === 0
    ? `allow(user: User, "read", document: Document) if document.kind = ${at} and "editor-${at}" in user.roles;`
    : `allow(user: User, "read", document: Document) if document.kind = ${at} and document.ownerId = user.id;`
const textOf = (rules) => Array.from({ length: rules }, (_, at) => rule(at)).join('\n')

function made(text) {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: 'integer', roles: { type: 'string', list: true } } })
    .registerClass(Document, { key: 'id', fields: { id: 'integer', kind: 'integer', ownerId: 'integer' } })
  authorizer.loadSync(text)
  return authorizer
}

/** The least time of many rounds, in milliseconds for a call: pauses of the machine do not count. */
function timeOf(call, calls, rounds = 30) {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now()
    for (let at = 0; at < calls; at++) call(at)
    least = Math.min(least, (performance.now() - begun) / calls)
  }
  return least
}

function memory() {
  // Weak references are cleared by a second collection.
  for (let turn = 0; turn < 3; turn++) globalThis.gc()
  return process.memoryUsage().heapUsed
}

if (!globalThis.gc) throw new Error('Run it with --expose-gc: it measures memory.')
console.log('| rules | load | memory | checks a second | filters a second |')
console.log('| ----- | ---- | ------ | --------------- | ---------------- |')
for (const rules of [10, 100, 1000]) {
  const text = textOf(rules)
  const users = Array.from({ length: 64 }, (_, at) => new User(at, [`editor-${at % 10}0`, 'viewer']))
  const documents = Array.from({ length: 256 }, (_, at) => new Document(at, (at * 37) % rules, at % 64))
  const check = (authorizer) => (at) => authorizer.can(users[at % 64], 'read', documents[(at * 7) % 256])
  const filter = (authorizer) => (at) => authorizer.filter(users[at % 64], 'read', 'Document').definite()
  const warm = made(text)
  const load = timeOf(() => made(text), 1, 5)
  const checks = 1000 / timeOf(check(warm), 20_000)
  const filters = 1000 / timeOf(filter(warm), Math.ceil(500 / rules), 100)
  // Several policies, each with what its first questions compile.
  const before = memory()
  const kept = Array.from({ length: 5 }, () => {
    const authorizer = made(text)
    for (let at = 0; at < 300; at++) check(authorizer)(at)
    filter(authorizer)(0)
    return authorizer
  })
  const kilobytes = (memory() - before) / kept.length / 1024
  const rounded = (value) => Number(value.toPrecision(2)).toLocaleString('en-US')
  console.log(
    `| ${rules} | ${rounded(load)} ms | ${rounded(kilobytes)} kB | ${rounded(checks)} | ${rounded(filters)} |`,
  )
}
