/** A policy as a tree that can be made smaller goal by goal. */
export interface PolicyTree {
  /** Declarations that stand as they are. */
  readonly blocks: readonly string[]
  readonly rules: readonly RuleTree[]
}

export interface RuleTree {
  readonly head: string
  readonly body: Goal | undefined
}

export type Goal =
  | { readonly kind: 'goal'; readonly text: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Goal[] }
  | { readonly kind: 'not'; readonly of: Goal }
  | { readonly kind: 'forall'; readonly each: Goal; readonly action: Goal }

export function goal(text: string): Goal {
  return { kind: 'goal', text }
}

/** A conjunction, flattened. */
export function all(...goals: readonly Goal[]): Goal {
  const of = goals.flatMap((one) => (one.kind === 'and' ? one.of : [one]))
  return of.length === 1 ? of[0]! : { kind: 'and', of }
}

export function any(...goals: readonly Goal[]): Goal {
  return goals.length === 1 ? goals[0]! : { kind: 'or', of: goals }
}

/** The same policy with `not (a and not b)` for `forall(a, b)`. */
export function withoutForall(tree: PolicyTree): PolicyTree {
  return changed(tree, (one) =>
    one.kind === 'forall' ? { kind: 'not', of: all(one.each, { kind: 'not', of: one.action }) } : one,
  )
}

/** The same policy without fields in patterns of `Actor` and `Resource`. */
export function withoutUnionFields(tree: PolicyTree): PolicyTree {
  const { blocks, rules } = changed(tree, (one) => (one.kind === 'goal' ? goal(bare(one.text)) : one))
  return { blocks, rules: rules.map((rule) => ({ ...rule, head: bare(rule.head) })) }
}

/** Without the braces behind a union, whatever is nested in them. */
function bare(text: string): string {
  const start = /\b(?:Actor|Resource)\{/.exec(text)
  if (!start) return text
  const from = start.index + start[0].length - 1
  let depth = 0
  let end = from
  do {
    if (text[end] === '{') depth++
    if (text[end] === '}') depth--
    end++
  } while (depth > 0 && end < text.length)
  return text.slice(0, from) + bare(text.slice(end))
}

function changed({ blocks, rules }: PolicyTree, change: (one: Goal) => Goal): PolicyTree {
  const inside = (one: Goal): Goal => {
    switch (one.kind) {
      case 'goal':
        return change(one)
      case 'and':
      case 'or':
        return change({ kind: one.kind, of: one.of.map(inside) })
      case 'not':
        return change({ kind: 'not', of: inside(one.of) })
      case 'forall':
        return change({ kind: 'forall', each: inside(one.each), action: inside(one.action) })
    }
  }
  return { blocks, rules: rules.map((rule) => ({ ...rule, body: rule.body && inside(rule.body) })) }
}

/** Whether some rule that a helper was written for calls itself, also by way of others; or a block's role is one of its own model's. */
export function callsItself({ blocks, rules }: PolicyTree): boolean {
  const calls = new Map<string, Set<string>>()
  for (const { head, body } of rules) {
    const name = /^rule_\d+/.exec(head)?.[0]
    if (name === undefined || body === undefined) continue
    const called = calls.get(name) ?? new Set()
    calls.set(name, called)
    for (const [other] of printGoal(body).matchAll(/\brule_\d+\b/g)) called.add(other)
  }
  const leadsTo = (from: string, to: string, seen: Set<string>): boolean =>
    [...(calls.get(from) ?? [])].some((next) => next === to || (!seen.has(next) && leadsTo(next, to, seen.add(next))))
  return (
    [...calls.keys()].some((name) => leadsTo(name, name, new Set())) ||
    blocks.some((block) => new RegExp(`: ${/^resource (\w+)/.exec(block)?.[1]}\\b`).test(block))
  )
}

export function printPolicy(tree: PolicyTree): string {
  return [...tree.blocks, ...tree.rules.map(printRule)].join('\n')
}

/** Whether a rule says `cut`: then the order of rules and of solutions decides. */
export function hasCut(tree: PolicyTree): boolean {
  return /\bcut\b/.test(printPolicy(tree).replace(/"(?:[^"\\]|\\.)*"/g, ''))
}

export function printRule({ head, body }: RuleTree): string {
  return withoutSingletons(`${head}${body ? ` if ${printGoal(body)}` : ''};`)
}

export function printGoal(of: Goal): string {
  switch (of.kind) {
    case 'goal':
      return of.text
    case 'and':
    case 'or':
      // `true` and `false` are what a conjunction and a disjunction of nothing mean.
      if (of.of.length === 0) return of.kind === 'and' ? '1 = 1' : '1 = 2'
      return of.of
        .map((one) => (one.kind === 'and' || one.kind === 'or' ? `(${printGoal(one)})` : printGoal(one)))
        .join(` ${of.kind} `)
    case 'not':
      return `not (${printGoal(of.of)})`
    case 'forall':
      return `forall(${printGoal(of.each)}, ${printGoal(of.action)})`
  }
}

/** A variable that stands once in its rule must say so. Those of the generator are `v` and a number, actor and resource. */
function withoutSingletons(text: string): string {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '')
  const counts = new Map<string, number>()
  for (const [name] of bare.matchAll(variables)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return text.replace(/"(?:[^"\\]|\\.)*"|\b(?:v\d+|actor|resource|action)\b/g, (found) =>
    counts.get(found) === 1 ? `_${found}` : found,
  )
}

const variables = /\b(?:v\d+|actor|resource|action)\b/g

/** The variables in a text, each once. */
export function namesIn(text: string): ReadonlySet<string> {
  return new Set(allNamesIn(text))
}

function allNamesIn(text: string): readonly string[] {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/\bv\d+\b/g) ?? []
}

/** How often each variable is in a goal. */
export function countNames(asked: Goal): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of allNamesIn(printGoal(asked))) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
