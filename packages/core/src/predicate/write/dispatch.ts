import { text } from './templates.js'

/** The predicates of the checks of an actor's and a resource's class. */
export interface ClassPair {
  /** An expression for the class of the actor. */
  readonly actor: string
  /** An expression for the class of the resource. */
  readonly resource: string
  /** The decisions by action. */
  readonly predicates: readonly (readonly [action: string, decided: Decided])[]
  /** How the other actions that the policy names are decided. Default: undefined. */
  readonly others?: Decided
}

/** The name of a predicate; null for actions that are never allowed, and undefined for those that another function decides. */
export type Decided = string | null | undefined

/** Up to so many classes of one side are told apart by comparisons; for more, a map is faster. */
const comparedClasses = 8

/** Up to so many actions are told apart by comparisons: V8 does not optimize functions that are too long. */
const comparedActions = 64

/** A value and what is done for it. */
type Case = readonly [value: string, body: string]

/** Returns whether a function for these classes is faster than a table. */
export function canDispatch(pairs: readonly ClassPair[]): boolean {
  const actors = new Set(pairs.map(({ actor }) => actor))
  return pairs.length > 0 && actors.size <= comparedClasses
}

/**
 * Writes a function that finds the predicate of a check and calls it: V8 inlines predicates that are called by their
 * names, unlike those that a table holds. It returns undefined for any other class or action.
 * @param reads - What the predicates read. It returns undefined while all objects inherit one of these names, which V8 tests
 * at no cost.
 * @param named - The actions that the policy names, for pairs with `others`. Default: none.
 */
export function dispatchText(
  pairs: readonly ClassPair[],
  reads: ReadonlySet<string>,
  named: readonly string[] = [],
): string {
  const actors = new Map<string, ClassPair[]>()
  for (const pair of pairs) actors.set(pair.actor, [...(actors.get(pair.actor) ?? []), pair])
  const tables: string[] = named.length === 0 ? [] : [`const named = new Set(${JSON.stringify(named)})`]
  const found = (of: string, cases: readonly Case[], most: number): string => {
    if (cases.length <= most) return choice(of, cases)
    const name = `decisions${tables.length}`
    const entries = cases.map(([value, body]) => `[${value}, (actor, action, resource) => {\n${body}\n}]`)
    tables.push(`const ${name} = new Map([\n${entries.join(',\n')}\n])`)
    return `const decision = ${name}.get(${of})\nif (decision !== undefined) return decision(actor, action, resource)`
  }
  const ofPair = ({ resource, predicates, others }: ClassPair): Case => {
    const cases = predicates.map(([action, decided]): Case => [text(action), answer(decided)])
    const ofOthers = others === undefined ? '' : `\nif (named.has(action)) ${answer(others)}`
    return [resource, `{\n${found('action', cases, comparedActions)}${ofOthers}\n}`]
  }
  const ofActor = (ofOne: readonly ClassPair[]): string =>
    found('resource.constructor', ofOne.map(ofPair), comparedClasses)
  const byActor = choice(
    'actor.constructor',
    [...actors].map(([actor, ofOne]) => [actor, `{\n${ofActor(ofOne)}\n}`]),
  )
  const inherited = [...reads].map((name) => `${text(name)} in bare`).join(' || ') || 'false'
  return `(() => {
const bare = {}
${tables.join('\n')}
return (actor, action, resource) => {
if (${inherited}) return undefined
if (typeof actor !== "object" || actor === null || typeof resource !== "object" || resource === null) return undefined
${byActor}
return undefined
}
})()`
}

/**
 * Writes the function that decides whole checks by the function `dispatch`. As its own text it has constants in place of
 * all that the check reads on its way to the predicate, and V8 inlines it as far as it is small.
 */
export const enterText = `entrance => {
const { policy, schema, change, watching, statistics, met, partials, running } = entrance
return (by, actor, action, resource) => {
if (met.any || partials.any || running.current !== undefined || schema.change !== change || watching.watchers.length > 0) return undefined
running.current = by.shared
try {
let known
try {
known = dispatch(actor, action, resource)
} catch (error) {
return by.resume(policy, { error }, actor, action, resource)
}
if (known === undefined || met.any) return by.resume(policy, known, actor, action, resource)
statistics.predicate++
return known
} finally {
running.current = undefined
}
}
}`

function answer(decided: Decided): string {
  return `return ${decided ? `${decided}(actor, action, resource)` : decided === null ? false : undefined}`
}

function choice(of: string, cases: readonly Case[]): string {
  const [first] = cases
  if (cases.length === 1) return `if (${of} === ${first![0]}) {\n${first![1]}\n}`
  return `switch (${of}) {\n${cases.map(([value, body]) => `case ${value}: ${body}\nbreak`).join('\n')}\n}`
}
