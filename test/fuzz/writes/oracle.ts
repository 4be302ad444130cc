import type { Authorizer } from '@arcturus/core'
import { graphOf, type Row, references, type Tables } from './graph.js'

/** What a write does to the tables, and whether it is allowed by what `can` says of every changed row. */
export interface Verdict {
  readonly isAllowed: boolean
  readonly isChanged: boolean
  /** Whether the actor may read all rows that it changes and deletes: to them, others do not exist. */
  readonly isSeen: boolean
  readonly reason: string
}

/** A row before and after an update: an object that `can` decides by the rule `changeRule`. */
export class Change {
  constructor(
    readonly before: object | undefined,
    readonly after: object | undefined,
  ) {}
}

export const changeRule = 'allow(user: User, "change", of: Change) if allow_update(user, of.before, of.after);'

/**
 * Judges a write by the tables before and after it.
 * @param comparesStates - Whether `allow_update` decides the updates of a model. Default: it decides none.
 */
export function judge(
  authorizer: Authorizer,
  actor: number,
  before: Tables,
  after: Tables,
  comparesStates?: (model: string) => boolean,
): Verdict {
  const was = graphOf(authorizer, before)
  const created = new Set<string>()
  const moved = new Set<string>()
  const changed: { model: string; key: number; kind: 'create' | 'update' | 'delete' }[] = []
  for (const model of Object.keys(before)) {
    for (const key of new Set([...before[model]!.keys(), ...after[model]!.keys()])) {
      const [old, now] = [before[model]!.get(key), after[model]!.get(key)]
      if (!old) {
        changed.push({ model, key, kind: 'create' })
        created.add(`${model} ${key}`)
        moved.add(`${model} ${key}`)
      } else if (!now) changed.push({ model, key, kind: 'delete' })
      else if (text({ ...old, tags: linked(old, after) }) !== text({ ...now, tags: linked(now, before) })) {
        changed.push({ model, key, kind: 'update' })
        const isMoved = references.some((one) => one.model === model && old[one.column] !== now[one.column])
        if (isMoved || text(linked(old, after)) !== text(linked(now, before))) moved.add(`${model} ${key}`)
      }
    }
  }
  // A link between rows is a change of both.
  for (const [key, now] of after['Item']!) {
    const old = (before['Item']!.get(key)?.['tags'] ?? []) as readonly number[]
    const tags = now['tags'] as readonly number[]
    for (const tag of new Set([...old, ...tags])) {
      if (old.includes(tag) === tags.includes(tag) || !before['Tag']!.has(tag) || !after['Tag']!.has(tag)) continue
      moved.add(`Tag ${tag}`)
      if (!changed.some((one) => one.model === 'Tag' && one.key === tag))
        changed.push({ model: 'Tag', key: tag, kind: 'update' })
    }
  }
  const is = graphOf(authorizer, after)
  const without = graphOf(
    authorizer,
    after,
    (model, key, holder, holderKey) => created.has(`${holder} ${holderKey}`) || !moved.has(`${model} ${key}`),
  )
  const user = was('User', actor)!
  const can = (action: string, row: object | undefined): boolean =>
    row !== undefined && holds(authorizer, user, action, row)
  const isAllowedAfter = (action: string, model: string, key: number) =>
    can(action, is(model, key)) && can(action, without(model, key))
  const isSeen = changed.every(({ model, key, kind }) => kind === 'create' || can('read', was(model, key)))
  const deny = (reason: string): Verdict => ({ isAllowed: false, isChanged: true, isSeen, reason })
  for (const { model, key, kind } of changed) {
    if (kind !== 'create' && !can(kind, was(model, key))) return deny(`${kind} ${model} ${key} before`)
    const isCompared = kind === 'update' && comparesStates?.(model) === true
    const isAllowedNow = isCompared
      ? [is, without].every((graph) => can('change', new Change(was(model, key), graph(model, key))))
      : kind === 'delete' || isAllowedAfter(kind, model, key)
    if (!isAllowedNow) return deny(`${kind} ${model} ${key} after`)
    if (kind === 'delete') continue
    for (const { model: of, column, to } of references) {
      if (of !== model) continue
      const [old, now] = [before[model]!.get(key)?.[column], after[model]!.get(key)?.[column]]
      if ((old ?? null) === (now ?? null)) continue
      const isGone = typeof old === 'number' && !after[to]!.has(old)
      if (typeof old === 'number' && !isGone && !can('read', was(to, old)))
        return deny(`unlink ${model} ${key} from ${to} ${old}`)
      if (typeof now === 'number' && !created.has(`${to} ${now}`) && !isAllowedAfter('read', to, now))
        return deny(`link ${model} ${key} to ${to} ${now}`)
    }
  }
  return { isAllowed: true, isChanged: changed.length > 0, isSeen, reason: '' }
}

/** Returns the rows that a row no longer refers to when its columns are changed: they have to be readable. */
export function unlinked(before: Tables, model: string, key: number, data: Row): [model: string, key: number][] {
  return references.flatMap(({ model: of, column, to }): [string, number][] => {
    const old = before[model]!.get(key)?.[column]
    return of === model && column in data && typeof old === 'number' ? [[to, old]] : []
  })
}

/** Whether a row may be read after a write. */
export function isReadable(
  authorizer: Authorizer,
  actor: number,
  before: Tables,
  after: Tables,
  model: string,
  key: number,
): boolean {
  const user = graphOf(authorizer, before)('User', actor)!
  const row = graphOf(authorizer, after)(model, key)
  return row !== undefined && holds(authorizer, user, 'read', row)
}

/** An error is no permission. */
export function holds(authorizer: Authorizer, user: object, action: string, row: object): boolean {
  try {
    return authorizer.can(user, action, row)
  } catch {
    return false
  }
}

/** The tags of an item that are there at the other time too: with a deleted row, its links go. */
function linked(item: Row, other: Tables): readonly number[] {
  return ((item['tags'] ?? []) as readonly number[]).filter((tag) => other['Tag']!.has(tag))
}

function text(value: unknown): string {
  return JSON.stringify(value)
}

export type { Row }
