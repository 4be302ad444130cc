import { Authorizer } from '@arcturus/core'
import type { EvaluatorName } from '@arcturus/core/internal/compile'
import { explain } from '@arcturus/explain'
import { Role, Team } from './cases.js'
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
  members: { many: 'User' },
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

type World = Omit<Case, 'policy'>

/** Returns whether an answer is yes, is no, or is an error. A module refuses what only the machine answers. */
function answer(ask: () => boolean | undefined): string {
  try {
    return String(ask())
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'machine-only' ? 'machine-only' : 'error'
  }
}

/** One policy, for all who answer questions about it. */
export class Readers {
  readonly #known = new Map<string, Authorizer>()
  #module: ReturnType<ReturnType<typeof moduleOf>> | undefined

  constructor(
    private readonly policy: string,
    private readonly declared: boolean,
  ) {}

  /** @param of - Tells authorizers with the same evaluator apart. */
  #authorizer(evaluator: EvaluatorName, of = ''): Authorizer {
    const known = this.#known.get(evaluator + of)
    if (known) return known
    const { declared } = this
    const authorizer = new Authorizer({ evaluator, log() {} })
      .registerClass(User, { key: 'id', ...(declared && { fields }) })
      .registerClass(Admin)
      .registerClass(Doc, { key: 'id', ...(declared && { fields }) })
      .registerClass(Team, { key: 'id' })
      .registerClass(Role)
      .registerContext({ limit: 'integer', req: { fields: { ip: 'string' } } })
      .registerConstant({ Reflect, ...Reflect }, 'reflect')
      .registerConstant(bad, 'bad')
    authorizer.loadSync(this.policy)
    this.#known.set(evaluator + of, authorizer)
    return authorizer
  }

  /** Returns the truth of a case according to the machine alone. */
  truth(world: World, action = 'read'): string {
    const { user, doc } = subjectsOf(world)
    return answer(() => this.#authorizer('machine').can(user(), action, doc()))
  }

  /** Returns the answers that are not the expected one. */
  wrongAnswers(expected: string, world: World, action = 'read'): readonly (readonly [string, string])[] {
    return Object.entries(this.#answers(world, action)).filter(([name, is]) => {
      if (is === expected || is === 'machine-only') return false
      // A list leaves out a row whose check is an error, or throws. It also refuses a row of another class.
      const contradicts = world.contradicts === true && this.declared && name !== 'explanation'
      const leavesOut = (is === 'false' && (expected === 'error' || contradicts)) || (is === 'error' && contradicts)
      return !(leavesOut && ['list', 'actors', 'explanation'].includes(name))
    })
  }

  /** Returns the answers of all who can be asked, by their names. */
  #answers(world: World, action: string): Readonly<Record<string, string>> {
    const { user, doc } = subjectsOf(world)
    const check = (evaluator: EvaluatorName) => answer(() => this.#authorizer(evaluator).can(user(), action, doc()))
    const cold = [check('auto'), check('auto'), check('auto')]
    const lists = this.#authorizer('auto', 'lists')
    const modelOf = (row: object): string => (row instanceof Doc ? 'Doc' : 'User')
    return {
      'first checks': cold.every((each) => each === cold[0]) ? cold[0]! : cold.join(),
      'a later check': Array.from({ length: 8 }, () => check('auto')).at(-1)!,
      machine: check('machine'),
      closures: check('closures'),
      'generated code': check('source'),
      'many rows': answer(() => this.#authorizer('source', 'many').canMany(user(), action, [doc(), doc()])[1]),
      list: answer(() => lists.filter(user(), action, modelOf(doc())).matches(doc())),
      actors: answer(() => lists.actorFilter(action, doc(), modelOf(user())).matches(user())),
      explanation: { allowed: 'true', denied: 'false', error: 'error' }[explain(lists, user(), action, doc()).decision],
      module: answer(() => this.#compiled(lists).can(user(), action as never, doc())),
    }
  }

  #compiled(authorizer: Authorizer): ReturnType<ReturnType<typeof moduleOf>> {
    this.#module ??= moduleOf(authorizer, { actors: ['User'] })({
      classes: { User, Admin, Doc, Team, Role },
      constants: { bad, reflect: { Reflect, ...Reflect } },
    })
    return this.#module
  }
}

function subjectsOf({ user, doc }: World): Required<Pick<World, 'user' | 'doc'>> {
  return {
    user: user ?? (() => new User({ id: 1, n: 1, s: 'a', flag: true })),
    doc: doc ?? (() => new Doc({ id: 1, n: 1, s: 'a', flag: true, tags: ['a'], v: { k: 1 } })),
  }
}

/** Returns the answers about one case that are not the expected one. */
export function wrongAnswers(expected: string, one: Case, declared: boolean): readonly (readonly [string, string])[] {
  return new Readers(one.policy, declared).wrongAnswers(expected, one)
}
