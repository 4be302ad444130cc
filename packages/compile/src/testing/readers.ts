import { Authorizer } from '@arcturus/core'
import { explain } from '@arcturus/core/explain'
import type { EvaluatorName } from '@arcturus/core/internal/compile'
import { moduleOf } from './moduleOf.js'

/** The class of the actors of cases. */
export class User {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
export class Admin extends User {}
/** A class that is not registered. */
export class Root extends Admin {}
export class Doc {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}

const scalars = { id: 'integer', n: 'integer', s: 'string', flag: 'boolean', v: 'json' } as const
const fields = {
  ...scalars,
  tags: { type: 'string', list: true },
  ns: { type: 'integer', list: true },
  owner: { one: 'User' },
} as const

/** A constant whose attribute throws. */
const bad = {
  get fails(): unknown {
    throw new Error('no')
  },
}

/** What the question of one case is about. */
export interface Case {
  readonly policy: string
  readonly user?: () => object
  readonly doc?: () => object
  /** Whether a relation holds a row of another class than declared: no database has it, and a list can leave it out. */
  readonly contradicts?: boolean
}

function authorizerOf({ policy }: Case, declared: boolean, evaluator: EvaluatorName = 'auto'): Authorizer {
  const authorizer = new Authorizer({ evaluator, log() {} })
    .registerClass(User, { key: 'id', ...(declared && { fields }) })
    .registerClass(Admin)
    .registerClass(Doc, { key: 'id', ...(declared && { fields }) })
    .registerContext({ limit: 'integer', req: { fields: { ip: 'string' } } })
    .registerConstant({ Reflect, ...Reflect }, 'reflect')
    .registerConstant(bad, 'bad')
  authorizer.loadSync(policy)
  return authorizer
}

/** Returns whether an answer is yes, is no, or is an error. A module refuses what only the machine answers. */
function answer(ask: () => boolean | undefined): string {
  try {
    return String(ask())
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'machine-only' ? 'machine-only' : 'error'
  }
}

function explained(authorizer: Authorizer, user: object, doc: object): string {
  const { decision } = explain(authorizer, user, 'read', doc)
  return { allowed: 'true', denied: 'false', error: 'error' }[decision]
}

/** Returns the truth of a case according to the machine alone. */
export function truthOf(one: Case, declared: boolean): string {
  const authorizer = authorizerOf(one, declared, 'machine')
  return answer(() => authorizer.can(one.user!(), 'read', one.doc!()))
}

/** Returns the answers that are not the expected one. */
export function wrongAnswers(expected: string, one: Case, declared: boolean): readonly (readonly [string, string])[] {
  return Object.entries(answers(one, declared)).filter(([name, is]) => {
    if (is === expected || is === 'machine-only') return false
    // A list keeps out what is an error, or throws.
    const leavesOut = expected === 'error' || (one.contradicts === true && declared && name !== 'explanation')
    return !(leavesOut && is === 'false' && ['list', 'actors', 'explanation'].includes(name))
  })
}

/** Returns the answers of all who can be asked, by their names. */
function answers(one: Case, declared: boolean): Readonly<Record<string, string>> {
  const user = one.user ?? (() => new User({ id: 1, n: 1, s: 'a', flag: true }))
  const doc = one.doc ?? (() => new Doc({ id: 1, n: 1, s: 'a', flag: true, tags: ['a'], v: { k: 1 } }))
  const [auto, machine, closures, source] = (['auto', 'machine', 'closures', 'source'] as const).map((evaluator) => {
    const authorizer = authorizerOf(one, declared, evaluator)
    return () => answer(() => authorizer.can(user(), 'read', doc()))
  }) as [() => string, () => string, () => string, () => string]
  const cold = [auto(), auto(), auto()]
  const lists = authorizerOf(one, declared)
  const modelOf = (row: object): string => (row instanceof Doc ? 'Doc' : 'User')
  return {
    'first checks': cold.every((each) => each === cold[0]) ? cold[0]! : cold.join(),
    'a later check': Array.from({ length: 8 }, auto).at(-1)!,
    machine: machine(),
    closures: closures(),
    'generated code': source(),
    'many rows': answer(() => authorizerOf(one, declared, 'source').canMany(user(), 'read', [doc(), doc()])[1]),
    list: answer(() => lists.filter(user(), 'read', modelOf(doc())).matches(doc())),
    actors: answer(() => lists.actorFilter('read', doc(), modelOf(user())).matches(user())),
    explanation: explained(lists, user(), doc()),
    module: answer(() =>
      moduleOf(lists)({ classes: { User, Admin, Doc }, constants: { bad, reflect: { Reflect, ...Reflect } } }).can(
        user(),
        'read' as never,
        doc(),
      ),
    ),
  }
}
