import type { Rule } from '../../language/ast.js'
import { actionNames, checkedAction } from '../actions.js'
import type { Declared } from '../blocks.js'
import type { Check, PolicyContext } from './check.js'

/**
 * Some rule must grant each permission of a block, and give each of its roles: otherwise nobody
 * ever has it.
 */
export const ungranted: Check<PolicyContext> = (context) => ({
  end: () => {
    const { blocks } = context
    const permissions = named('has_permission', context)
    const roles = named('has_role', context)
    // Without any rule for roles, a required rule is missing, which is an error of its own.
    const hasRoles = context.rules.has('has_role')
    const direct = byRulesAlone(context)
    for (const [cls, { declared }] of blocks) {
      for (const one of declared.values()) {
        if (one.kind === 'permission' && !permissions(cls, one.name) && !direct(one.name)) report(one, cls, context)
        if (one.kind === 'role' && hasRoles && !roles(cls, one.name)) report(one, cls, context)
      }
    }
  },
})

/** Returns whether rules of a name can hold for a class and a second argument. */
function named(ruleName: string, { rules, schema }: PolicyContext): (cls: string, name: string) => boolean {
  const all = rules.get(ruleName) ?? []
  const byName = new Map<string | undefined, Rule[]>()
  for (const rule of all) {
    const { term, pattern } = rule.parameters[1] ?? {}
    const literal = pattern?.kind === 'string' ? pattern : term
    const key = literal?.kind === 'string' ? literal.value : undefined
    byName.set(key, [...(byName.get(key) ?? []), rule])
  }
  const concerns = (rule: Rule, cls: string): boolean => {
    const pattern = rule.parameters[2]?.pattern
    if (pattern?.kind !== 'class pattern' || pattern.tag === 'Actor' || pattern.tag === 'Resource') return true
    return schema.isSubclass(cls, pattern.tag) || schema.isSubclass(pattern.tag, cls)
  }
  // A rule whose name is a variable can hold for any name.
  return (cls, name) => [name, undefined].some((key) => byName.get(key)?.some((rule) => concerns(rule, cls)))
}

/** Returns whether `allow` grants an action other than by `has_permission`. */
function byRulesAlone({ rules, schema }: PolicyContext): (action: string) => boolean {
  const others = new Map([...rules].filter(([name]) => name !== 'has_permission'))
  const { names, open, isWild } = actionNames({ rules: others, blocks: new Map() }, [checkedAction], (name) =>
    schema.isName(name),
  )
  return (action) => open !== undefined || isWild || names.has(action)
}

function report({ kind, name, span }: Declared, cls: string, { warning }: PolicyContext): void {
  const isRole = kind === 'role'
  const message = isRole
    ? `No rule gives the role "${name}" of ${cls}.`
    : `No rule grants the permission "${name}" of ${cls}.`
  const hint = isRole
    ? `write one: has_role(actor, "${name}", resource: ${cls}) if …; or remove the role`
    : `write one in the block: "${name}" if "…"; or remove the permission`
  warning(isRole ? 'unassigned-role' : 'ungranted-permission', message, span, { hint, data: { name, class: cls } })
}
