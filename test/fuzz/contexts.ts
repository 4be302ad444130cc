import { compilePolicy } from '@arcturus/compile'
import { ArcturusError, Authorizer, type Context } from '@arcturus/core'
import * as runtime from '@arcturus/core/internal/runtime'
import { Random } from './random.js'

class User {
  constructor(readonly id: number) {}
}
class Document {
  constructor(
    readonly id: number,
    readonly ownerId: number,
    readonly size: number,
    readonly ip: string | null,
    readonly opens: Date,
    readonly turns: number,
  ) {}

  get later(): Promise<boolean> {
    return (async () => {
      for (let at = 0; at < this.turns; at++) await undefined
      return true
    })()
  }
}

interface Given {
  readonly now?: Date | undefined
  readonly level?: number | undefined
  readonly levels?: readonly number[] | undefined
  readonly device?: string | null | undefined
  readonly trusted?: boolean | undefined
  readonly request?: { readonly ip?: string; readonly deep?: { readonly port?: number } } | undefined
}

/** True, false, or undefined for an error. */
type Truth = boolean | undefined

/** A goal in Polar, and what it means: an own evaluator, by the table of the language. */
interface Goal {
  readonly text: string
  truth(context: Given, user: User, document: Document): Truth
}

function atom<Value>(
  text: string,
  read: (context: Given) => Value | undefined,
  test: (value: Value, document: Document) => boolean,
): Goal {
  return {
    text,
    truth: (context, _, document) => {
      const value = read(context)
      return value === undefined ? undefined : test(value, document)
    },
  }
}

const atoms: readonly Goal[] = [
  { text: '_document.ownerId = _user.id', truth: (_, user, document) => document.ownerId === user.id },
  { text: '_document.size > 2', truth: (_, __, document) => document.size > 2 },
  atom(
    'level < _document.size',
    ({ level }) => level,
    (level, { size }) => level < size,
  ),
  atom(
    '_document.size = level',
    ({ level }) => level,
    (level, { size }) => level === size,
  ),
  atom(
    '_document.size in levels',
    ({ levels }) => levels,
    (levels, { size }) => levels.includes(size),
  ),
  atom(
    '3 in levels',
    ({ levels }) => levels,
    (levels) => levels.includes(3),
  ),
  atom(
    'now >= _document.opens',
    ({ now }) => now,
    (now, { opens }) => now >= opens,
  ),
  atom(
    'trusted = true',
    ({ trusted }) => trusted,
    (trusted) => trusted,
  ),
  atom(
    'device = nil',
    ({ device }) => device,
    (device) => device === null,
  ),
  atom(
    'device != _document.ip',
    ({ device }) => device,
    (device, { ip }) => device !== ip,
  ),
  atom(
    'request.ip = _document.ip',
    ({ request }) => request?.ip,
    (own, { ip }) => own === ip,
  ),
  atom(
    'request.ip.startsWith("a")',
    ({ request }) => request?.ip,
    (ip) => ip.startsWith('a'),
  ),
  atom(
    'request.deep.port > _document.size',
    ({ request }) => request?.deep?.port,
    (port, { size }) => port > size,
  ),
]

function goalOf(random: Random, depth: number): Goal {
  if (depth === 0 || random.chance(0.3)) return random.pick(atoms)
  const [one, other] = [goalOf(random, depth - 1), goalOf(random, depth - 1)]
  switch (random.integer(0, 3)) {
    case 0:
      return { text: `not (${one.text})`, truth: (...asked) => negated(one.truth(...asked)) }
    case 1:
      return {
        text: `(${one.text} or ${other.text})`,
        truth: (...asked) => either(one.truth(...asked), other.truth(...asked)),
      }
    default:
      return {
        text: `(${one.text} and ${other.text})`,
        truth: (...asked) => {
          const first = one.truth(...asked)
          return first === true ? other.truth(...asked) : first
        },
      }
  }
}

function negated(one: Truth): Truth {
  return one === undefined ? undefined : !one
}

function either(one: Truth, other: Truth): Truth {
  if (one === true || other === true) return true
  return one === undefined || other === undefined ? undefined : false
}

function contextOf(random: Random): Given {
  const some = <Value>(value: Value): Value | undefined => (random.chance(0.75) ? value : undefined)
  const ip = some(random.pick(['a', 'b', 'ab']))
  const deep = some({ ...(random.chance(0.8) && { port: random.integer(0, 5) }) })
  return {
    now: some(new Date(random.integer(0, 5))),
    level: some(random.integer(0, 5)),
    levels: some([random.integer(0, 5), random.integer(0, 5)]),
    device: some(random.pick(['a', 'b', null])),
    trusted: some(random.chance(0.5)),
    request: some({ ...(ip !== undefined && { ip }), ...(deep && { deep }) }),
  }
}

function documentOf(random: Random, id: number): Document {
  const ip = random.pick(['a', 'b', 'ab', null])
  return new Document(
    id,
    random.integer(1, 2),
    random.integer(0, 5),
    ip,
    new Date(random.integer(0, 5)),
    random.integer(0, 4),
  )
}

function authorizerFor(policy: string, evaluator: 'machine' | 'closures' | 'source'): Authorizer {
  const whole = { type: 'integer', nullable: false } as const
  const authorizer = new Authorizer({ evaluator, log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: whole } })
    .registerClass(Document, {
      key: 'id',
      fields: { id: whole, ownerId: whole, size: whole, ip: 'string', opens: { type: 'date', nullable: false } },
    })
    .registerContext({
      now: 'date',
      level: 'integer',
      levels: { type: 'integer', list: true },
      device: { type: 'string', nullable: true },
      trusted: 'boolean',
      request: { fields: { ip: 'string', deep: { fields: { port: 'integer' } } } },
    })
  authorizer.loadSync(policy)
  return authorizer
}

function moduleOf(authorizer: Authorizer): Pick<runtime.CompiledAuthorizer, 'with'> {
  const { code } = compilePolicy(authorizer)
  const body = code.replace(/^import (.*) from .*$/m, 'const $1 = runtime').replace(/^export const/m, 'const')
  // Sound: the text makes its authorizer from classes.
  const make = new Function('runtime', `"use strict"\n${body}\nreturn createAuthorizer`)(runtime) as (
    world: object,
  ) => runtime.CompiledAuthorizer
  return make({ classes: { User, Document } })
}

/** The answer of a check; the code of its error. */
function answer(check: () => boolean): boolean | string {
  try {
    return check()
  } catch (error) {
    return codeOf(error)
  }
}

function codeOf(error: unknown): string {
  return error instanceof ArcturusError ? error.code : String(error)
}

/** Asks random policies in random contexts, by every evaluator, as filters, and two at once. Returns what disagrees. */
export async function fuzzContexts(
  seed: number,
  cases: number,
): Promise<{ readonly counts: ReadonlyMap<string, number>; readonly failures: readonly string[] }> {
  const counts = new Map<string, number>()
  const failures: string[] = []
  for (let index = 0; index < cases && failures.length < 5; index++) {
    const random = Random.ofCase(seed, index)
    const rules = [goalOf(random, 3), ...(random.chance(0.5) ? [goalOf(random, 2)] : [])]
    const policy = rules.map(({ text }) => `allow(_user: User, "read", _document: Document) if ${text};\n`).join('')
    const later = rules
      .map(({ text }) => `allow(_user: User, "wait", _document: Document) if _document.later and ${text};\n`)
      .join('')
    const evaluators = (['machine', 'closures', 'source'] as const).map(
      (name) => [name, authorizerFor(policy + later, name)] as const,
    )
    const module = moduleOf(evaluators[1]![1])
    const contexts = [contextOf(random), contextOf(random)]
    const user = new User(random.integer(1, 2))
    const documents = [1, 2, 3].map((id) => documentOf(random, id))
    const expect = (what: string, context: Given, document: Document, found: boolean | string, error: string): void => {
      const truth = rules.map((rule) => rule.truth(context, user, document)).reduce(either)
      counts.set(String(truth ?? 'error'), (counts.get(String(truth ?? 'error')) ?? 0) + 1)
      if (found === (truth ?? error)) return
      failures.push(
        `case ${index} of seed ${seed}: ${what} is ${found}, not ${truth ?? error}\n${policy}${JSON.stringify({ context, user, document })}`,
      )
    }
    for (const context of contexts) {
      // Sound: its values are those of the declarations.
      const given = context as Context
      for (const document of documents) {
        for (const [name, authorizer] of evaluators)
          expect(
            name,
            context,
            document,
            answer(() => authorizer.with(given).can(user, 'read', document)),
            'missing-context',
          )
        expect(
          'module',
          context,
          document,
          answer(() => module.with(given).can(user, 'read', document)),
          'machine-only',
        )
      }
      for (const [name, authorizer] of evaluators) {
        const view = authorizer.with(given)
        const matches = ((): ((document: Document) => boolean) => {
          try {
            const filter = view.filter(user, 'read', 'Document')
            return (document) => filter.matches(document)
          } catch (error) {
            if (codeOf(error) !== 'missing-context')
              failures.push(`case ${index}: the filter throws ${String(error)}\n${policy}`)
            return () => false
          }
        })()
        for (const document of documents) {
          const truth = rules.map((rule) => rule.truth(context, user, document)).reduce(either)
          if (matches(document) !== (truth === true))
            failures.push(
              `case ${index}: the filter (${name}) has ${!truth}\n${policy}${JSON.stringify({ context, user, document })}`,
            )
        }
      }
    }
    // In flight together, with a synchronous check between them.
    for (const [name, authorizer] of evaluators) {
      const asked = documents.flatMap((document) =>
        contexts.map(async (context) => {
          const view = authorizer.with(context as Context)
          const found = await view.isAllowed(user, 'wait', document).catch(codeOf)
          expect(`${name}, waiting`, context, document, found, 'missing-context')
        }),
      )
      expect(
        `${name}, between`,
        {},
        documents[0]!,
        answer(() => authorizer.can(user, 'read', documents[0])),
        'missing-context',
      )
      await Promise.all(asked)
    }
  }
  return { counts, failures }
}
