import { all, any, countNames, type Goal, namesIn, type PolicyTree, printGoal } from './policyTree.js'

/** A policy in which variables have their values before something is asked of them. */
export interface ValuesFirst {
  readonly policy: PolicyTree
  /** Whether something waits in it all the same: for what is never given, or behind a `cut`, a negation or a call that waits too. */
  readonly waits: boolean
}

/**
 * The same policy with the goals of its conjunctions in another order, where that makes no difference: `oso` answers by it where
 * goals wait. A negation or a call of a variable without a value means something else in front of it than behind it.
 */
export function valuesFirst({ blocks, rules }: PolicyTree): ValuesFirst {
  let waits = false
  const ordered = rules.map(({ head, body }) => {
    const first = body && new Body(body).order(body, namesIn(head))
    if (body && !first) waits = true
    return { head, body: first?.goal ?? body }
  })
  return { policy: { blocks, rules: ordered }, waits }
}

/** A goal in order, and the variables that have values behind it. */
interface Ordered {
  readonly goal: Goal
  readonly known: ReadonlySet<string>
}

class Body {
  readonly #uses: ReadonlyMap<string, number>

  constructor(body: Goal) {
    this.#uses = countNames(body)
  }

  /** Undefined for a goal that waits, whatever the order of what is in it. */
  order(asked: Goal, known: ReadonlySet<string>): Ordered | undefined {
    switch (asked.kind) {
      case 'goal': {
        const given = givenBy(asked.text, known)
        return given && { goal: asked, known: union(known, given) }
      }
      case 'and':
        return this.#orderAll(asked.of, known)
      case 'or': {
        const arms: Ordered[] = []
        for (const arm of asked.of) {
          const ordered = this.order(arm, known)
          if (!ordered) return undefined
          arms.push(ordered)
        }
        const inAll = [...namesOf(asked)].filter((name) => arms.every((arm) => arm.known.has(name)))
        return { goal: any(...arms.map((arm) => arm.goal)), known: union(known, inAll) }
      }
      case 'not': {
        if (!this.#knowsShared(asked, known)) return undefined
        const of = this.order(asked.of, known)
        return of && { goal: { kind: 'not', of: of.goal }, known }
      }
      case 'forall': {
        if (!this.#knowsShared(asked, known)) return undefined
        const each = this.order(asked.each, known)
        const action = each && this.order(asked.action, each.known)
        return action && { goal: { kind: 'forall', each: each.goal, action: action.goal }, known }
      }
    }
  }

  #orderAll(goals: readonly Goal[], known: ReadonlySet<string>): Ordered | undefined {
    const rest = [...goals]
    const ordered: Goal[] = []
    let now = known
    while (rest.length > 0) {
      const end = rest.findIndex((one) => this.#keepsItsPlace(one, now))
      const next = this.#firstOf(end === -1 ? rest : rest.slice(0, Math.max(end, 1)), rest, now)
      if (!next) return undefined
      rest.splice(next.index, 1)
      ordered.push(next.goal)
      now = next.known
    }
    return { goal: all(...ordered), known: now }
  }

  #firstOf(
    goals: readonly Goal[],
    all: readonly Goal[],
    known: ReadonlySet<string>,
  ): (Ordered & { readonly index: number }) | undefined {
    for (const [index, one] of goals.entries()) {
      const ordered = this.order(one, known)
      if (ordered) return { ...ordered, index }
    }
    // Only the rules that are called can give the rest; not what a field is read of, or what a goal behind gives.
    const [call] = goals
    return call && isCall(call) && isReadable(call, known) && !isGiven(call, all, known)
      ? { goal: call, known: union(known, namesOf(call)), index: 0 }
      : undefined
  }

  #keepsItsPlace(asked: Goal, known: ReadonlySet<string>): boolean {
    switch (asked.kind) {
      case 'goal':
        return asked.text === 'cut' || (isCall(asked) && ![...namesOf(asked)].every((name) => known.has(name)))
      case 'and':
      case 'or':
        return asked.of.some((one) => this.#keepsItsPlace(one, known))
      case 'not':
      case 'forall':
        return !this.#knowsShared(asked, known)
    }
  }

  /** What a negation shares with goals around it has its value from them. */
  #knowsShared(asked: Goal, known: ReadonlySet<string>): boolean {
    return [...countNames(asked)].every(([name, count]) => known.has(name) || count === this.#uses.get(name))
  }
}

function isCall(asked: Goal): boolean {
  return asked.kind === 'goal' && /^rule_\d+\(/.test(asked.text)
}

/** Whether one of some goals gives a call one of its arguments. */
function isGiven(call: Goal, goals: readonly Goal[], known: ReadonlySet<string>): boolean {
  const names = [...namesOf(call)].filter((name) => !known.has(name))
  return goals.some(
    (one) => one.kind === 'goal' && [...(givenBy(one.text, known) ?? [])].some((name) => names.includes(name)),
  )
}

/** Whether all whose fields are arguments of a call have their values. */
function isReadable(call: Goal, known: ReadonlySet<string>): boolean {
  return [...printGoal(call).matchAll(/\b(v\d+)\./g)].every(([, name]) => known.has(name!))
}

/** The variables that a goal gives values; undefined where it waits for one. */
function givenBy(text: string, known: ReadonlySet<string>): Iterable<string> | undefined {
  const isKnown = (part: string): boolean => [...namesIn(part)].every((name) => known.has(name))
  if (isKnown(text)) return []
  const sides = /^(.+?) (=|:=|in|matches) (.+)$/.exec(text)
  if (!sides) return undefined
  const [, left, operator, right] = sides as unknown as [string, string, string, string]
  const isPlain = (side: string): boolean => /^v\d+$/.test(side)
  if (operator === 'matches') return isKnown(left) ? namesIn(right) : undefined
  if (isPlain(left) && isKnown(right)) return [left]
  return operator === '=' && isPlain(right) && isKnown(left) ? [right] : undefined
}

function namesOf(asked: Goal): ReadonlySet<string> {
  return namesIn(printGoal(asked))
}

function union(known: ReadonlySet<string>, more: Iterable<string>): ReadonlySet<string> {
  return new Set([...known, ...more])
}
