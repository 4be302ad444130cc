import type { Action, ActionOn, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { useCallback, useContext } from 'react'
import { AllowedActions } from './actions.js'
import { Decisions } from './authorization.js'

/**
 * Returns whether the user may perform an action: on the resource of the nearest `<Actions>`, or on a
 * row that is given, by the policy of the nearest `<Authorization>`.
 */
export interface Can<P extends PolicyTypes = RegisteredPolicy> {
  (action: Action<never, P>): boolean
  <Row>(action: ActionOn<Row, P>, resource: Row): boolean
}

/**
 * Returns a function that answers what the user may do. It never allows more than the server sent, or
 * than the policy in the browser allows; errors of the policy are a no.
 *
 * @typeParam P - The types of the policy, if it is another than the registered one: `useCan<BillingPolicy>()`.
 * @returns A function that stays the same until the answers can change.
 * @throws the returned function throws an `Error` if the component it needs is not above: `<Actions>`
 * for `can(action)`, `<Authorization>` for `can(action, resource)`
 *
 * @example
 * ```tsx
 * const can = useCan()
 * return can('close') ? <button>Close</button> : null
 * ```
 */
export function useCan<P extends PolicyTypes = RegisteredPolicy>(): Can<P> {
  const allowed = useContext(AllowedActions)
  const decide = useContext(Decisions)
  return useCallback(
    (...question: [action: string] | [action: string, resource: unknown]) => {
      const [action, resource] = question
      if (question.length === 1) {
        if (allowed) return allowed.has(action)
        throw new Error(
          'can(action) is used outside of <Actions allowed={…}>. Pass the resource, or put <Actions> around the component.',
        )
      }
      if (decide) return decide(action, resource)
      throw new Error('can(action, resource) is used outside of <Authorization policy={…} actor={…}>.')
    },
    [allowed, decide],
  )
}
