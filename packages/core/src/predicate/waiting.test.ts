import { describe, expect, test } from 'vitest'
import { drive } from '../authorizer/decisions/drive.js'
import { Question } from '../authorizer/decisions/question.js'
import { predicatesBy } from '../authorizer/plans/predicates.js'
import { build } from '../authorizer/policies/building.js'
import { LoadedPolicy, sourcesOf } from '../authorizer/policies/loadedPolicy.js'
import { WarningLog } from '../authorizer/policies/warnings.js'
import { modelOfClass } from '../authorizer/registration.js'
import { Hosts } from '../authorizer/relations/hosts.js'
import { linkPredicate } from '../evaluate/check.js'
import { late } from '../late.js'
import { defaultLimits, Evaluation, holds } from '../machine/index.js'
import { createSchema } from '../values/builtIns.js'
import {
  blue,
  bodiesByKind,
  bodyOf,
  Doc,
  definitions,
  fails,
  Role,
  red,
  Team,
  titleOf,
  User,
  values,
} from './testing/cases.js'
import { sourceCompiler } from './write/program.js'

// A busy machine takes longer than the default allows.
const limits = { ...defaultLimits, syncTime: 60_000 }

/** What a predicate that waits says by itself, and what the machine says. */
class Asked {
  readonly #loaded: LoadedPolicy
  readonly #question: Question

  constructor(text: string) {
    const schema = createSchema()
    schema.registerConstant('limit', 3)
    for (const [cls, key] of [[User], [Team, 'id'], [Role], [Doc, ['id', 'version']]] as const)
      schema.registerModel(modelOfClass(schema, cls, key ? { key } : {}))
    const hosts = new Hosts(schema, {})
    const { policy } = build(sourcesOf([text]), schema, {})
    this.#loaded = new LoadedPolicy(policy, {
      schema,
      hosts,
      limits,
      hasEquality: false,
      predicates: late(
        () => Promise.reject(),
        () => predicatesBy(sourceCompiler(linkPredicate)),
      ),
      actions: { declared: new Set(), readAction: 'read' },
      warnings: new WarningLog(),
      queryRules: new Set(),
    })
    this.#question = new Question(this.#loaded, hosts, undefined)
  }

  async outcomes(user: object, doc: object): Promise<readonly [waiting: string, machine: string]> {
    const { checks, program } = this.#loaded
    const predicate = checks.waiting(user, 'read', doc)
    const waiting = predicate
      ? await drive(predicate(user, 'read', doc, this.#question.arrive), new Evaluation()).then(
          (answer) => (answer === undefined ? 'machine' : String(answer)),
          () => 'machine',
        )
      : 'no predicate'
    return [
      waiting,
      await this.#machine(() => holds(program, 'allow', [user, 'read', doc], limits, { host: this.#question.host })),
    ]
  }

  async #machine(ask: () => boolean | Promise<boolean>): Promise<string> {
    try {
      return String(await ask())
    } catch (error) {
      return `error ${(error as { code?: string }).code}`
    }
  }
}

/** A value whose rows have promises of all that they hold. */
function later(value: unknown, known = new Map<unknown, unknown>()): unknown {
  if (Array.isArray(value)) return value.map((element) => later(element, known))
  if (value === fails || ![User, Team, Role, Doc].some((cls) => value instanceof cls)) return value
  const copied = known.get(value)
  if (copied) return copied
  // an instance of one of the four, whose constructors take fields
  const row = value as object
  const copy = new (row.constructor as typeof User)({})
  known.set(row, copy)
  for (const [name, field] of Object.entries(row)) Reflect.set(copy, name, Promise.resolve(later(field, known)))
  return copy
}

describe.each(Object.entries(bodiesByKind))('a waiting predicate and the machine agree on %s', (_, bodies) => {
  test.each(bodies.map((body) => [titleOf(body), bodyOf(body)] as const))('%s', async (_title, body) => {
    const asked = new Asked(
      `allow(user: User, "read", doc: Doc) if ${body} and doc matches Doc and user matches User; ${definitions}`,
    )
    const wrong: unknown[] = []
    for (const [name, it] of Object.entries(values)) {
      for (const other of [3, it]) {
        const known = new Map<unknown, unknown>()
        const user = later(new User({ it, team: red }), known) as object
        const doc = later(new Doc({ id: 1, version: 2, it: other, team: blue, word: 'word' }), known) as object
        const [waiting, machine] = await asked.outcomes(user, doc)
        if (waiting !== 'machine' && waiting !== 'no predicate' && waiting !== machine)
          wrong.push({ user: name, waiting, machine })
      }
    }
    expect(wrong).toEqual([])
  })
})

test('each outcome occurs', async () => {
  const asked = new Asked('allow(user: User, "read", doc: Doc) if user.it = "reader" and doc.it.parent.name = "red";')
  const doc = later(new Doc({ it: blue })) as object
  expect(await asked.outcomes(later(new User({ it: 'reader' })) as object, doc)).toEqual(['true', 'true'])
  expect(await asked.outcomes(later(new User({ it: 'owner' })) as object, doc)).toEqual(['false', 'false'])
  expect(await asked.outcomes(new User({}), doc)).toEqual(['machine', 'error missing-attribute'])
  const it = Promise.reject(new Error('away'))
  expect(await asked.outcomes(new User({ it }), doc)).toEqual(['machine', 'error undefined'])
})

test('a long chain of promises is followed, and a cycle ends', async () => {
  const asked = new Asked(`
    allow(user: User, "read", doc: Doc) if under(doc.it, user.it);
    under(team: Team, top: Team) if team = top;
    under(team: Team, top: Team) if team.parent != nil and under(team.parent, top);`)
  const top = new Team({ id: 1, parent: null })
  let bottom = top
  for (let id = 2; id < 5_000; id++) bottom = new Team({ id, parent: Promise.resolve(bottom) })
  const doc = new Doc({ it: Promise.resolve(bottom) })
  expect(await asked.outcomes(new User({ it: top }), doc)).toEqual(['true', 'true'])
  expect(await asked.outcomes(new User({ it: new Team({ id: 0 }) }), doc)).toEqual(['false', 'false'])
  Reflect.set(top, 'parent', Promise.resolve(bottom))
  expect(await asked.outcomes(new User({ it: new Team({ id: 0 }) }), doc)).toEqual(['false', 'false'])
})
