import type { PolicyCheck } from './check.js'

/** A policy must have a rule that allows some action. */
export const missingAllowRule: PolicyCheck = (context) => ({
  end: () => {
    if (['allow', 'allow_field', 'allow_request'].some((name) => context.rules.has(name))) return
    const message = 'No rule allows anything: every check will be denied.'
    const hint = 'add a rule: allow(actor, action, resource) if …;'
    context.warning('missing-allow-rule', message, undefined, { hint })
  },
})

/**
 * A policy whose blocks declare permissions must have a rule that calls `has_permission`: otherwise they have no effect.
 */
export const missingHasPermission: PolicyCheck = (context) => {
  const declares = context.isForOso
    ? context.blocks.size > 0
    : [...context.blocks.values()].some(({ declared }) =>
        [...declared.values()].some(({ kind }) => kind === 'permission'),
      )
  let isCalled = !declares
  return {
    call: ({ name }, within) => {
      if (name !== 'has_permission' || within.kind !== 'rule') return
      // Permissions that imply each other grant nothing alone.
      isCalled ||= context.isForOso || within.name !== 'has_permission'
    },
    end: () => {
      if (isCalled) return
      const message = 'No rule calls has_permission, so the permissions of blocks have no effect.'
      const hint = 'add a rule: allow(actor, action, resource) if has_permission(actor, action, resource);'
      context.warning('missing-has-permission', message, undefined, { hint })
    },
  }
}
