import { ArcturusError, Authorizer } from '@arcturus/core'
import { Random } from '../random.js'

interface Row {
  readonly id: number
  readonly [name: string]: unknown
}
class Org {
  declare id: number
}
class Team {
  declare id: number
}
class User {
  declare id: number
}
class Doc {
  declare id: number
}

/** The relations of each model, each with its column of the same name and `Id`. */
const relations = {
  Org: {},
  Team: { org: 'Org' },
  User: { team: 'Team' },
  Doc: { owner: 'User', team: 'Team' },
} as const
type ModelName = keyof typeof relations
const classes = { Org, Team, User, Doc } as const
const paths = [['owner'], ['team'], ['owner', 'team'], ['team', 'org'], ['owner', 'team', 'org']] as const
const actorPaths = [['team'], ['team', 'org']] as const
const evaluators = ['machine', 'closures', 'source', 'auto'] as const

const policy = [
  ...paths.flatMap((path, at) => [
    `allow(_: User, "is ${at}", d: Doc) if d.${path.join('.')}.id = 1;`,
    `allow(_: User, "not ${at}", d: Doc) if not d.${path.join('.')}.id = 1;`,
  ]),
  ...actorPaths.flatMap((path, at) => [
    `allow(u: User, "actor is ${at}", _: Doc) if u.${path.join('.')}.id = 1;`,
    `allow(u: User, "actor not ${at}", _: Doc) if not u.${path.join('.')}.id = 1;`,
  ]),
].join('\n')

function open(evaluator: (typeof evaluators)[number], isPlain: boolean): Authorizer {
  const authorizer = new Authorizer({ evaluator, log() {} })
  const fieldsOf = (model: ModelName) =>
    Object.fromEntries(
      Object.entries(relations[model]).flatMap(([name, one]) => [
        [name, { one, from: `${name}Id`, to: 'id' }],
        [`${name}Id`, 'integer'],
      ]),
    )
  // Sound: these are the models.
  for (const model of Object.keys(relations) as ModelName[]) {
    const fields = { id: 'integer', ...fieldsOf(model) } as Record<string, 'integer'>
    if (isPlain) authorizer.registerModels([{ name: model, key: 'id', fields }])
    else authorizer.registerClass(classes[model], { key: 'id', fields })
  }
  authorizer.loadSync(policy)
  return authorizer
}

/** Draws a row with all its relations. Some of its copies have other keys than their relations. */
function draw(model: ModelName, random: Random, isPlain: boolean): Row {
  const row: Record<string, unknown> = {}
  row['id'] = random.integer(1, 2)
  for (const [name, of] of Object.entries(relations[model])) {
    const related = draw(of, random, isPlain)
    const isNil = random.chance(0.1)
    row[name] = isNil ? null : related
    row[`${name}Id`] = random.chance(0.2) ? random.pick([1, 2, null]) : isNil ? null : related.id
  }
  // Sound: the key was set above.
  const copy = (isPlain ? { ...row } : Object.assign(new classes[model](), row)) as Row
  return copy
}

/** Returns the outcome of `path.id = 1`, or of its negation. */
function expectedOf(row: Row, path: readonly string[], isNegated: boolean): string {
  let at: Row = row
  for (const name of path) {
    // Sound: rows have rows and keys alone.
    const [related, key] = [at[name] as Row | null, at[`${name}Id`]]
    if ((related === null) !== (key === null) || (related && related.id !== key)) return 'stale-relation'
    if (related === null) return 'missing-attribute'
    at = related
  }
  return String((at.id === 1) !== isNegated)
}

function outcomeOf(ask: () => unknown): string {
  try {
    return String(ask())
  } catch (error) {
    return error instanceof ArcturusError ? error.code : `crash: ${String(error)}`
  }
}

/** Checks rows of which some copies contradict their keys: an error where the policy reads the relation, and nowhere else. */
export function fuzzStaleRows(seed: number, cases: number, from = 0) {
  const counts = new Map<string, number>()
  const failures: string[] = []
  for (const isPlain of [false, true])
    for (const evaluator of evaluators) {
      const authorizer = open(evaluator, isPlain)
      for (let index = from; index < from + cases && failures.length < 3; index++) {
        const random = Random.ofCase(seed, index)
        const [user, doc] = [draw('User', random, isPlain), draw('Doc', random, isPlain)]
        const compare = (what: string, got: string, expected: string): void => {
          counts.set(got, (counts.get(got) ?? 0) + 1)
          if (got !== expected)
            failures.push(
              `--from ${index} ${evaluator}${isPlain ? ', plain' : ''}: ${what} is ${got}, expected ${expected} of ${JSON.stringify({ user, doc })}`,
            )
        }
        if (isPlain) {
          // Every relation of a plain row is read when the row enters.
          const isStale = (row: Row, model: ModelName): boolean =>
            Object.entries(relations[model]).some(
              ([name, of]) =>
                expectedOf(row, [name], false) === 'stale-relation' ||
                (row[name] !== null && isStale(row[name] as Row, of)),
            )
          for (const [row, model] of [
            [user, 'User'],
            [doc, 'Doc'],
          ] as const) {
            const got = outcomeOf(() => void authorizer.as(model, row))
            compare(`as ${model}`, got, isStale(row, model) ? 'stale-relation' : 'undefined')
          }
          if (isStale(user, 'User') || isStale(doc, 'Doc')) continue
        }
        for (const [who, row, all] of [
          ['', doc, paths],
          ['actor ', user, actorPaths],
        ] as const)
          for (const [at, path] of all.entries())
            for (const kind of ['is', 'not']) {
              const action = `${who}${kind} ${at}`
              const expected = expectedOf(row, path, kind === 'not')
              compare(
                action,
                outcomeOf(() => authorizer.can(user, action, doc)),
                expected,
              )
            }
      }
    }
  return { counts, failures }
}
