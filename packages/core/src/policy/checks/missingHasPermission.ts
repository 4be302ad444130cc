import type { PolicyCheck } from './check.js'

/**
 * A policy with blocks must have a rule that calls `has_permission`: otherwise their declarations
 * have no effect.
 */
export const missingHasPermission: PolicyCheck = (context) => {
  let isInRule = false
  let isCalled = context.blocks.size === 0
  return {
    rule: () => {
      isInRule = true
    },
    'inline query': () => {
      isInRule = false
    },
    call: ({ name }) => {
      isCalled ||= isInRule && name === 'has_permission'
    },
    end: () => {
      if (isCalled) return
      const message = 'No rule calls has_permission, so the blocks have no effect.'
      const hint = 'add a rule: allow(actor, action, resource) if has_permission(actor, action, resource);'
      context.warning('missing-has-permission', message, undefined, { hint })
    },
  }
}
