import type { Check, PolicyContext } from './check.js'

/** A policy has a rule that allows something. */
export const missingAllowRule: Check<PolicyContext> = (context) => ({
  end: () => {
    if (['allow', 'allow_field', 'allow_request'].some((name) => context.rules.has(name))) return
    const message = 'No rule allows anything: all that is asked will be denied.'
    const hint = 'write allow(actor, action, resource) if …;'
    context.warning('missing-allow-rule', message, undefined, { hint })
  },
})
