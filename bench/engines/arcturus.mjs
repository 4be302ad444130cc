// This project, as its users get it: the built package.
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { Oso } from '@arcturus/oso'
import { compiledAuthorizer } from '../compiled.mjs'

export function authorizerFor(workload, options) {
  const authorizer = new Authorizer(options)
  for (const [name, type] of Object.entries(workload.classes)) {
    authorizer.registerClass(type, { name, ...workload.options?.(name) })
  }
  for (const [name, constant] of Object.entries(workload.constants ?? {})) authorizer.registerConstant(constant, name)
  authorizer.loadSync(workload.polar)
  return authorizer
}

export async function contenders(workload) {
  const authorizer = authorizerFor(workload)
  const closures = authorizerFor(workload, { evaluator: 'closures' })
  const machine = authorizerFor(workload, { evaluator: 'machine' })
  const compiled = await compiledAuthorizer(workload)
  const counting = authorizerFor(workload)
  for (const { user, action, resource } of workload.checks) counting.can(user, action, resource)

  const dropIn = new Oso()
  for (const [name, type] of Object.entries(workload.classes)) dropIn.registerClass(type, { name })
  await dropIn.loadStr(workload.polar)

  return [
    {
      name: 'arcturus can',
      decide: (check) => authorizer.can(check.user, check.action, check.resource),
      statistics: { ...counting.statistics },
    },
    { name: 'arcturus compiled', decide: (check) => compiled.can(check.user, check.action, check.resource) },
    {
      name: 'arcturus isAllowed',
      decide: (check) => authorizer.isAllowed(check.user, check.action, check.resource),
    },
    {
      name: 'arcturus authorize, allowed',
      decide: (check) => authorizer.authorize(check.user, check.action, check.resource),
      // What does not throw is allowed.
      answer: () => true,
      // Who may not gets an error, and making one takes longer than any decision: those who may are asked for.
      asks: (check) => check.expected,
    },
    { name: 'arcturus closures', decide: (check) => closures.can(check.user, check.action, check.resource) },
    { name: 'arcturus machine', decide: (check) => machine.can(check.user, check.action, check.resource) },
    { name: 'arcturus drop-in', decide: (check) => dropIn.isAllowed(check.user, check.action, check.resource) },
  ]
}
