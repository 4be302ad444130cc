import { isUnion } from '../../schema/typeNames.js'
import { entryOf } from '../../values/entryOf.js'
import { actionNames, checkedAction } from '../actions.js'
import type { Declared } from '../blocks.js'
import type { PolicyCheck, PolicyContext } from './check.js'

/**
 * Some rule must grant each permission of a block, and give each of its roles: otherwise nobody
 * ever has it.
 */
export const ungranted: PolicyCheck = (context) => ({
  end: () => {
    const { blocks } = context
    const permissions = named('has_permission', context)
    const roles = named('has_role', context)
    // Without any rule for roles, a required rule is missing, which is an error of its own.
    const hasRoles = context.rules.has('has_role')
    /** Follows every rule, so it is made only if a permission needs it. */
    let direct: ((action: string) => boolean) | undefined
    const isDirect = (action: string): boolean => {
      direct ??= byRulesAlone(context)
      return direct(action)
    }
    for (const [cls, { declared }] of blocks) {
      for (const one of declared.values()) {
        if (one.kind === 'permission' && !permissions(cls, one.name) && !isDirect(one.name)) report(one, cls, context)
        if (one.kind === 'role' && hasRoles && !roles(cls, one.name)) report(one, cls, context)
      }
    }
  },
})

/** The classes that some rules can hold for. */
interface Reach {
  /** Whether a rule is for resources of any class. */
  any: boolean
  /** The classes that rules name. */
  readonly named: Set<string>
  /** The classes that rules name, and the classes that these extend. */
  readonly above: Set<string>
}

/** Returns whether rules of a name can hold for a class and a second argument. */
function named(ruleName: string, { rules, schema }: PolicyContext): (cls: string, name: string) => boolean {
  // The rules are grouped once: testing each rule for each class would take quadratic time.
  const byName = new Map<string | undefined, Reach>()
  for (const { parameters } of rules.get(ruleName) ?? []) {
    const { term, pattern } = parameters[1] ?? {}
    const literal = pattern?.kind === 'string' ? pattern : term
    const key = literal?.kind === 'string' ? literal.value : undefined
    const reach = entryOf(byName, key, (): Reach => ({ any: false, named: new Set(), above: new Set() }))
    const resource = parameters[2]?.pattern
    if (resource?.kind !== 'class pattern' || isUnion(resource.tag)) reach.any = true
    else {
      reach.named.add(resource.tag)
      for (const one of schema.ancestors(resource.tag)) reach.above.add(one)
    }
  }
  const concerns = ({ any, named, above }: Reach, cls: string): boolean =>
    any || above.has(cls) || schema.ancestors(cls).some((one) => named.has(one))
  // A rule whose name is a variable can hold for any name.
  return (cls, name) =>
    [name, undefined].some((key) => {
      const reach = byName.get(key)
      return reach !== undefined && concerns(reach, cls)
    })
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
