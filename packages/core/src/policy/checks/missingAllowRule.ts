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
