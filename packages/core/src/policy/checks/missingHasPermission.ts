import type { PolicyCheck } from './check.js'

/**
 * A policy whose blocks declare permissions must have a rule that calls `has_permission`: otherwise they have no effect.
 */
export const missingHasPermission: PolicyCheck = (context) => {
  let isInRule = false
  const declares = context.isForOso
    ? context.blocks.size > 0
    : [...context.blocks.values()].some(({ declared }) =>
        [...declared.values()].some(({ kind }) => kind === 'permission'),
      )
  let isCalled = !declares
  return {
    rule: ({ name }) => {
      // Permissions that imply each other grant nothing alone.
      isInRule = context.isForOso || name !== 'has_permission'
    },
    'inline query': () => {
      isInRule = false
    },
    call: ({ name }) => {
      isCalled ||= isInRule && name === 'has_permission'
    },
    end: () => {
      if (isCalled) return
      const message = 'No rule calls has_permission, so the permissions of blocks have no effect.'
      const hint = 'add a rule: allow(actor, action, resource) if has_permission(actor, action, resource);'
      context.warning('missing-has-permission', message, undefined, { hint })
    },
  }
}
