import type { Expression, Node, Rule } from '../../language/ast.js'
import { descendants } from '../../language/visit.js'
import type { Policy } from '../../policy/policy.js'
import { isUnion } from '../../schema/typeNames.js'

/**
 * Returns the strings of a policy: its string literals, permissions and roles. Any other action is
 * unknown to the policy.
 */
export function stringLiteralsOf(policy: Policy): ReadonlySet<string> {
  const words = textsIn([...policy.rules.values()].flat())
  for (const block of policy.blocks.values()) for (const name of [...block.permissions, ...block.roles]) words.add(name)
  return words
}

/**
 * Returns whether blocks or heads of `allow` name an action. For most actions this suffices, and is
 * faster than to read the whole policy.
 */
export function namesOutright(policy: Pick<Policy, 'rules' | 'blocks'>, action: string): boolean {
  for (const { permissions } of policy.blocks.values()) if (permissions.includes(action)) return true
  const rules = policy.rules.get('allow') ?? []
  return rules.some(({ parameters }) => parameters.length === 3 && literal(parameters[1]?.term) === action)
}

function textsIn(nodes: readonly Node[]): Set<string> {
  const inside = nodes.flatMap((one) => descendants(one)).reverse()
  return new Set(inside.flatMap((node) => (node.kind === 'string' ? [node.value] : [])))
}

/**
 * Returns the possible actions of a resource's class: the permissions of its block, and the actions
 * that rules name.
 */
export function actionsFor(policy: Policy, ancestors: readonly string[]): readonly string[] {
  const actions = new Set<string>()
  for (const name of ancestors)
    for (const permission of policy.blocks.get(name)?.permissions ?? []) actions.add(permission)
  for (const name of ['allow', 'has_permission']) {
    for (const rule of policy.rules.get(name) ?? []) {
      if (!concerns(rule, ancestors)) continue
      const action = literal(rule.parameters[1]?.term)
      if (action !== undefined) actions.add(action)
    }
  }
  return [...actions]
}

/**
 * Returns the actions to examine for a resource's class: those of `actionsFor`. If rules leave the
 * action open, it adds the string literals of these rules and the read action.
 */
export function actionsToCheck(policy: Policy, ancestors: readonly string[], readAction: string): ReadonlySet<string> {
  const actions = new Set(actionsFor(policy, ancestors))
  for (const rule of policy.rules.get('allow') ?? []) {
    if (!concerns(rule, ancestors) || literal(rule.parameters[1]?.term) !== undefined) continue
    actions.add(readAction)
    for (const text of textsIn([rule])) actions.add(text)
  }
  return actions
}

/**
 * Returns the actions that rules about the fields of a resource's class name, and the read action if
 * a rule leaves the action open.
 */
export function fieldActionsOf(policy: Policy, ancestors: readonly string[], readAction: string): ReadonlySet<string> {
  return new Set(fieldRulesOf(policy, ancestors).map(({ parameters }) => literal(parameters[1]?.term) ?? readAction))
}

/** Returns the strings of the rules about the fields of a resource's class, the names of fields among them. */
export function fieldTextsOf(policy: Policy, ancestors: readonly string[]): ReadonlySet<string> {
  return textsIn(fieldRulesOf(policy, ancestors))
}

function fieldRulesOf(policy: Pick<Policy, 'rules'>, ancestors: readonly string[]): readonly Rule[] {
  return (policy.rules.get('allow_field') ?? []).filter((rule) => concerns(rule, ancestors))
}

/** Returns whether the rules about the fields of a resource's class decide an action. If none does, it has all fields. */
export function restrictsFields(policy: Pick<Policy, 'rules'>, ancestors: readonly string[], action: string): boolean {
  return fieldRulesOf(policy, ancestors).some(({ parameters }) => (literal(parameters[1]?.term) ?? action) === action)
}

/** Returns whether rules decide the change of a resource's class from the row before and the row after. */
export function hasChangeRules(policy: Pick<Policy, 'rules'>, ancestors: readonly string[]): boolean {
  return (policy.rules.get('allow_update') ?? []).some(
    (rule) => rule.parameters.length === 3 && concerns(rule, ancestors, 1) && concerns(rule, ancestors, 2),
  )
}

/** Returns whether rules allow links of a relation of a resource's class to rows that may not be updated. */
export function hasLinkRules(policy: Pick<Policy, 'rules'>, ancestors: readonly string[], relation: string): boolean {
  return (policy.rules.get('allow_link') ?? []).some(
    (rule) =>
      rule.parameters.length === 4 &&
      concerns(rule, ancestors, 1) &&
      (literal(rule.parameters[2]?.term) ?? relation) === relation,
  )
}

/** Returns the classes that have an actor block, or that an `allow` rule names for its actor. */
export function actorsOf(policy: Policy): ReadonlySet<string> {
  const blocks = [...policy.blocks.values()].filter(({ keyword }) => keyword === 'actor').map(({ name }) => name)
  const named = (policy.rules.get('allow') ?? []).flatMap(({ parameters: [actor] }) =>
    actor?.pattern?.kind === 'class pattern' ? [actor.pattern.tag] : [],
  )
  return new Set([...blocks, ...named.filter((name) => !isUnion(name))])
}

function concerns(rule: Rule, ancestors: readonly string[], parameter = 2): boolean {
  const pattern = rule.parameters[parameter]?.pattern
  return pattern?.kind !== 'class pattern' || isUnion(pattern.tag) || ancestors.includes(pattern.tag)
}

function literal(term: Expression | undefined): string | undefined {
  return term?.kind === 'string' ? term.value : undefined
}
