// How load, first checks and warm checks grow: with the rules of one model and action, the depth of folders, the roles of an actor.
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { least, timeOf } from '../measure.mjs'

class User {
  constructor(id, roles) {
    Object.assign(this, { id, roles })
  }
}
class Doc {
  constructor(id, kind, ownerId) {
    Object.assign(this, { id, kind, ownerId })
  }
}
class Folder {
  constructor(parent, ownerId) {
    Object.assign(this, { parent, ownerId })
  }
}

/** Each makes what is asked for a size: the classes, the policy, and the questions. */
const kinds = {
  rules: (size) => ({
    text: Array.from({ length: size }, (_, at) =>
      at % 3
        ? `allow(u: User, "read", d: Doc) if d.kind = ${at} and d.ownerId = u.id;`
        : `allow(u: User, "read", d: Doc) if d.kind = ${at} and "editor-${at}" in u.roles;`,
    ).join('\n'),
    questions: Array.from({ length: 64 }, (_, at) => [
      new User(1, ['editor-3']),
      new Doc(at, (at * 37) % size, at % 4),
    ]),
    byHand: (user, doc) => (doc.kind % 3 ? doc.ownerId === user.id : user.roles.includes(`editor-${doc.kind}`)),
  }),
  depth: (size) => ({
    text: `allow(u: User, "read", f: Folder) if owns(u, f);
      owns(u: User, f: Folder) if f.ownerId = u.id;
      owns(u: User, f: Folder) if f.parent != nil and owns(u, f.parent);`,
    questions: Array.from({ length: 4 }, (_, at) => {
      let folder = new Folder(null, at % 2)
      for (let depth = 1; depth < size; depth++) folder = new Folder(folder, 7)
      return [new User(1, []), folder]
    }),
    byHand(user, folder) {
      for (let one = folder; one; one = one.parent) if (one.ownerId === user.id) return true
      return false
    },
  }),
  roles: (size) => ({
    text: 'allow(u: User, "read", d: Doc) if r in u.roles and r.docId = d.id and r.name = "reader";',
    questions: Array.from({ length: 4 }, (_, at) => {
      const roles = Array.from({ length: size }, (_, docId) => ({ docId, name: docId % 2 ? 'reader' : 'other' }))
      return [new User(1, roles), new Doc(size - 1 - at, 0, 0)]
    }),
    byHand: (user, doc) => user.roles.some((role) => role.docId === doc.id && role.name === 'reader'),
  }),
}

function authorizerWith(text, { isDeclared }) {
  const fields = {
    User: { id: 'integer', roles: { type: 'json', list: true } },
    Doc: { id: 'integer', kind: 'integer', ownerId: 'integer' },
    Folder: { ownerId: 'integer', parent: { one: 'Folder' } },
  }
  const authorizer = new Authorizer({ log: () => {} })
  for (const type of [User, Doc, Folder])
    authorizer.registerClass(type, isDeclared ? { fields: fields[type.name] } : {})
  authorizer.loadSync(text)
  return authorizer
}

const cpuOf = (run) => {
  const before = process.cpuUsage()
  const result = run()
  const { user, system } = process.cpuUsage(before)
  return { result, ms: (user + system) / 1000 }
}

export async function measure({ name, rounds, effort, sizes }) {
  const rows = []
  for (const isDeclared of name === 'depth' ? [true, false] : [true]) {
    for (const size of sizes?.[name] ??
      { rules: [100, 1000, 5000], depth: [10, 100, 1000], roles: [10, 1000, 10_000] }[name]) {
      const { text, questions, byHand } = kinds[name](size)
      const { result: authorizer, ms: loadMs } = cpuOf(() => authorizerWith(text, { isDeclared }))
      const first = []
      for (let at = 0; at < 10; at++) {
        const [user, resource] = questions[at % questions.length]
        const { result, ms } = cpuOf(() => authorizer.can(user, 'read', resource))
        if (result !== byHand(user, resource)) throw new Error(`${name} of ${size}: check ${at} is ${result}.`)
        first.push(ms)
      }
      const asked = (decide) => {
        let at = 0
        return () => decide(...questions[at++ & (questions.length - 1)])
      }
      const own = asked((user, resource) => authorizer.can(user, 'read', resource))
      const hand = asked(byHand)
      const [times, handTimes] = [[], []]
      for (let round = 0; round < rounds; round++) {
        times.push(await timeOf(own, effort))
        handTimes.push(await timeOf(hand, effort))
      }
      const [nanoseconds, handNanoseconds] = [least(times), least(handTimes)]
      rows.push({ size, isDeclared, loadMs, worstFirstMs: Math.max(...first), nanoseconds, handNanoseconds })
    }
  }
  return { title: `growth with ${name}`, rows }
}
