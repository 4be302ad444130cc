import { ArcturusError, type Authorizer } from '@arcturus/core'
import type { Random } from '../random.js'
import type { Setting } from './setting.js'

/** A question at one of the entry points that can wait, and how it reads. */
export interface Question {
  readonly entry: string
  readonly text: string
  /** The answer as a text; an error by its code. */
  ask(authorizer: Authorizer): Promise<string>
}

/** What a question is about. */
interface Subject {
  readonly actor: unknown
  readonly action: string
  readonly field: string
  readonly model: string
  readonly row: object
  readonly rows: readonly object[]
}

type Entry = (authorizer: Authorizer, subject: Subject) => Promise<unknown>

const passed = async (question: Promise<void>): Promise<string> => {
  await question
  return 'passes'
}

const entries: Readonly<Record<string, Entry>> = {
  isAllowed: (authorizer, { actor, action, row }) => authorizer.isAllowed(actor, action, row),
  isAllowedMany: (authorizer, { actor, action, rows }) => authorizer.isAllowedMany(actor, action, rows),
  authorize: (authorizer, { actor, action, row }) => passed(authorizer.authorize(actor, action, row)),
  authorizeField: (authorizer, { actor, row, field }) => passed(authorizer.authorizeField(actor, 'read', row, field)),
  authorizedFields: (authorizer, { actor, row }) => authorizer.authorizedFields(actor, 'read', row),
  pickAuthorized: async (authorizer, { actor, row }) =>
    Object.keys(await authorizer.pickAuthorized(actor, 'read', row)),
  assertWritable: (authorizer, { actor, row, field }) =>
    passed(authorizer.assertWritable(actor, 'edit', row, { name: 1, [field]: 1 })),
  authorizedActions: (authorizer, { actor, row }) => authorizer.authorizedActions(actor, row),
  authorizedActionsMany: (authorizer, { actor, rows }) => authorizer.authorizedActionsMany(actor, rows),
  authorizeRequest: (authorizer, { actor, row }) => passed(authorizer.authorizeRequest(actor, row)),
  filterLoading: async (authorizer, { actor, action, model }) =>
    String(await authorizer.loadFilter(actor, action, model)),
  extent: (authorizer, { actor, action, model }) => authorizer.extent(actor, action, model),
  query: async (authorizer, { actor, row }) => {
    const bindings = new Map<string, unknown>([
      ['actor', actor],
      ['row', row],
    ])
    const found: unknown[] = []
    const options = { bindings, acceptExpression: true }
    for await (const solution of authorizer.query('allow(actor, action, row)', options)) {
      const action = solution.get('action')
      found.push(typeof action === 'string' ? action : 'any')
    }
    return found
  },
  queryRule: async (authorizer, { actor, action, row }) => {
    let count = 0
    for await (const _ of authorizer.queryRule('allow', actor, action, row)) count++
    return count
  },
}

export const entryNames: readonly string[] = Object.keys(entries)

/** A question of a setting. */
export function randomQuestion(random: Random, setting: Setting): Question {
  const at = (rows: readonly unknown[], row: unknown): string => `#${rows.indexOf(row)}`
  const subject: Subject = {
    actor: random.pick(setting.actors),
    action: random.pick(setting.actions),
    field: random.pick(setting.fields),
    model: random.pick(setting.models),
    row: random.pick(setting.resources),
    rows: random.sample(setting.resources, random.integer(1, 4)),
  }
  // The most frequent questions are the most frequent here, too.
  const entry = random.chance(0.35) ? 'isAllowed' : random.pick(entryNames)
  const rows = subject.rows.map((row) => at(setting.resources, row)).join(' ')
  return {
    entry,
    text: `${entry} of ${at(setting.actors, subject.actor)} ${subject.action} ${at(setting.resources, subject.row)} (${rows}) ${subject.field} ${subject.model}`,
    ask: (authorizer) => outcomeOf(() => entries[entry]!(authorizer, subject)),
  }
}

async function outcomeOf(ask: () => Promise<unknown>): Promise<string> {
  try {
    return show(await ask())
  } catch (error) {
    if (error instanceof ArcturusError) return `error ${error.code}`
    throw error
  }
}

function show(answer: unknown): string {
  if (answer instanceof Set) return `{${[...answer].map(String).sort().join(' ')}}`
  return Array.isArray(answer) ? `[${answer.map(show).join(' ')}]` : String(answer)
}
