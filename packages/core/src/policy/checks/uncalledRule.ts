import type { Rule } from '../../language/ast.js'
import { didYouMean } from '../../language/didYouMean.js'
import { entryOf } from '../../values/entryOf.js'
import { ONE_DOOR } from './bypassedException.js'
import type { PolicyCheck, PolicyContext } from './check.js'
import { requiredText } from './required.js'

/** The rules that checks call, with their number of parameters. */
const entries: ReadonlyMap<string, number> = new Map([
  ['allow', 3],
  ['allow_field', 4],
  ['allow_link', 4],
  ['allow_request', 2],
  ['allow_update', 3],
])

/** The rules that the expansion of blocks calls, and that declarations require. */
const ofBlocks: ReadonlySet<string> = new Set(['has_permission', 'has_role', 'has_relation'])

/**
 * Another rule, an inline query or the application must call each rule: a rule that nothing calls
 * has no effect, and its name is likely misspelt.
 * The rules of one name and number of parameters are reported once, and rules that only they call
 * are not reported.
 */
export const uncalledRule: PolicyCheck = (context) => {
  const { rules, blocks, queryRules } = context
  const callees = new Map<string, Set<string>>()
  const called = new Set<string>()
  return {
    call: ({ name, args }, within) => {
      called.add(name)
      const caller = within.kind === 'rule' ? keyOf(within.name, within.parameters.length) : queries
      entryOf(callees, caller, () => new Set<string>()).add(keyOf(name, args.length))
    },
    end: () => {
      const groups = new Map<string, Rule>()
      for (const same of rules.values())
        for (const rule of same) {
          const key = keyOf(rule.name, rule.parameters.length)
          if (!groups.has(key)) groups.set(key, rule)
        }
      const isRoot = ({ name, parameters: { length } }: Rule): boolean =>
        entries.get(name) === length || queryRules.has(name) || (blocks.size > 0 && ofBlocks.has(name))
      const roots = [...groups].filter(([, rule]) => isRoot(rule)).map(([key]) => key)
      const reached = reach([queries, ...roots], callees)
      const open = new Map([...groups].filter(([key]) => !reached.has(key)))
      if (open.size === 0) return
      const hasEntry = [...entries.keys()].some((name) => rules.has(name))
      const calledByOthers = new Set<string>()
      for (const from of open.keys())
        for (const key of callees.get(from) ?? []) if (key !== from) calledByOthers.add(key)
      const missing = missingGroups(groups, callees)
      // Rules that no other rule calls come first: what only they call is not reported.
      const first = [...open].filter(([key]) => !calledByOthers.has(key))
      const explained = new Set<string>()
      for (const [key, rule] of [...first, ...open]) {
        if (explained.has(key)) continue
        for (const one of reach([key], callees, explained)) explained.add(one)
        // A call with another number of arguments has a warning of its own.
        if (!missing.has(rule.name)) report(context, rule, groups, called, hasEntry)
      }
    },
  }
}

/** Names of rules that would deny, as other languages have them. */
const denials: ReadonlySet<string> = new Set(['forbid', 'deny', 'cannot', 'disallow', 'block'])
const DENY = `no rule of Polar denies: write \`allow(…) if … and not is_denied(…)\`, as the only rule of allow: see ${ONE_DOOR}`

/** The caller of the inline queries' calls. No rule has this name. */
const queries = '?='

const keyOf = (name: string, arity: number): string => `${name}/${arity}`

/** Returns the groups that calls reach, without those that are known. */
function reach(
  from: readonly string[],
  callees: ReadonlyMap<string, ReadonlySet<string>>,
  known: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const reached = new Set(from)
  for (const key of reached) for (const callee of callees.get(key) ?? []) if (!known.has(callee)) reached.add(callee)
  return reached
}

/** Returns the names of rules that are called with a number of arguments that none of them has. */
function missingGroups(
  groups: ReadonlyMap<string, Rule>,
  callees: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const names = new Set<string>()
  for (const keys of callees.values())
    for (const key of keys) if (!groups.has(key)) names.add(key.slice(0, key.lastIndexOf('/')))
  return names
}

function report(
  { rules, warning, queryRules }: PolicyContext,
  { name, parameters: { length }, head }: Rule,
  groups: ReadonlyMap<string, Rule>,
  called: ReadonlySet<string>,
  hasEntry: boolean,
): void {
  const isOtherCalled = called.has(name) || entries.has(name)
  const near = isOtherCalled ? undefined : didYouMean(name, [...entries.keys(), ...called, ...queryRules])
  // The application calls the rules of a policy without entry rules by name.
  if (!hasEntry && near === undefined) return
  const count =
    isOtherCalled && [...groups.keys()].some((key) => key !== keyOf(name, length) && key.startsWith(`${name}/`))
  const message = `Nothing calls the rule ${name}${count ? ` with ${length} argument${length === 1 ? '' : 's'}` : ''}.`
  const declare = `if the application queries it, declare it: new Authorizer({ queryRules: [${JSON.stringify(name)}] })`
  const hint = denials.has(name) ? DENY : near === undefined ? declare : `did you mean "${near}"? Or ${declare}`
  warning('uncalled-rule', message, head, { hint, data: { name, suggestion: near, texts: textsOf(rules.get(name)!) } })
}

/** Returns the texts that rules have as their second parameter, such as roles. */
const textsOf = (rules: readonly Rule[]): readonly string[] =>
  rules.flatMap(({ parameters: [, second] }) => requiredText(second)?.value ?? [])
