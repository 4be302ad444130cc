// What a rule pays for a name of the context: the same rule with a constant in its place, and in a view that `with`
// returned, with the constant and with the context. Prints nanoseconds for a check, by the evaluator and the policy, and
// how much more than the constant in a view.
//
// Each is measured alone, in processes that take turns: V8 compiles the same check to code that differs by a fifth, and
// another authorizer in the process changes which. So the least says little: the quartile and the median count.
// Usage: node bench/contexts.mjs [processes for each, default 12]
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'

class User {
  constructor(id) {
    this.id = id
  }
}
class Doc {
  constructor(id, opens, closes, owner) {
    Object.assign(this, { id, kind: id % 50, opens, closes, owner })
  }
}
class Request {
  constructor(fields) {
    Object.assign(this, fields)
  }
}

const day = 86_400_000
const [ada, size] = [new User(1), 64]
const docs = Array.from({ length: size }, (_, at) => new Doc(at, new Date(at * day), new Date((at + 100) * day), ada))

/** Each with its rule, the name that it reads, its value, and its type. */
const policies = {
  'a number': ['doc.kind < level', 'level', 100, 'integer'],
  'a field': ['doc.kind < request.level', 'request', { level: 100 }, { fields: { level: 'integer' } }],
  'a window': ['doc.opens <= now and now < doc.closes', 'now', new Date(80 * day), 'date'],
  'a text': ['request.ip.startsWith("10.")', 'request', { ip: '10.0.0.1' }, { fields: { ip: 'string' } }],
}
const variants = ['constant', 'constant in a view', 'context']

function made(evaluator, policy, variant) {
  const [body, name, value, type] = policies[policy]
  const field = (type) => ({ type, nullable: false })
  const authorizer = new Authorizer({ evaluator, log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: field('integer') } })
    .registerClass(Doc, {
      key: 'id',
      fields: {
        id: field('integer'),
        kind: field('integer'),
        opens: field('date'),
        closes: field('date'),
        owner: User,
      },
    })
    .registerContext({ [variant === 'context' ? name : 'unused']: type })
  const isPlain = typeof value !== 'object' || value instanceof Date
  if (variant !== 'context') authorizer.registerConstant(isPlain ? value : new Request(value), name)
  authorizer.loadSync(`allow(user: User, "read", doc: Doc) if doc.owner = user and ${body};`)
  if (variant === 'constant') return authorizer
  return authorizer.with({ [variant === 'context' ? name : 'unused']: value })
}

/** Prints the quartile of short rounds. */
function measure(evaluator, policy, variant) {
  const authorizer = made(evaluator, policy, variant)
  if (!docs.every((doc) => authorizer.can(ada, 'read', doc))) throw new Error('a check was denied')
  const checks = 5000
  const times = Array.from({ length: 160 }, () => {
    const begun = performance.now()
    for (let count = 0; count < checks; count++) authorizer.can(ada, 'read', docs[count % size])
    return ((performance.now() - begun) * 1e6) / checks
  })
  const sorted = times.slice(40).sort((a, b) => a - b)
  console.log(sorted[sorted.length >> 2])
}

function compare(processes) {
  for (const evaluator of ['source', 'closures']) {
    for (const policy of Object.keys(policies)) {
      const times = new Map(variants.map((variant) => [variant, []]))
      for (let turn = 0; turn < processes; turn++)
        for (const [variant, all] of times) {
          const file = fileURLToPath(import.meta.url)
          all.push(Number(execFileSync(process.execPath, [file, 'measure', evaluator, policy, variant])))
        }
      const of = (variant, part) => times.get(variant).sort((a, b) => a - b)[Math.floor(processes * part)]
      const shown = variants.map((variant) => {
        const parts = [0.25, 0.5].map((part) => {
          const more = (of(variant, part) / of('constant in a view', part) - 1) * 100
          return `${of(variant, part).toFixed(2)} (${more >= 0 ? '+' : ''}${more.toFixed(1)} %)`
        })
        return `  ${variant.padEnd(20)} quartile ${parts[0].padEnd(18)} median ${parts[1]}`
      })
      console.log([`${policy}, ${evaluator}`, ...shown].join('\n'))
    }
  }
}

const [first, ...rest] = process.argv.slice(2)
if (first === 'measure') measure(...rest)
else compare(Number(first ?? 12))
