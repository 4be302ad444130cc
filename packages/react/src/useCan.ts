import type { Action, ActionOn } from '@arcturus/core'
import { useCallback, useContext } from 'react'
import { AllowedActions } from './actions.js'
import { Decisions } from './authorization.js'

/**
 * Returns whether the user may perform an action: on the resource of the nearest `<Actions>`, or on a
 * row that is given, by the policy of the nearest `<Authorization>`.
 */
export interface Can {
  (action: Action): boolean
  <Row>(action: ActionOn<Row>, resource: Row): boolean
}

/**
 * Returns a function that answers what the user may do. It never allows more than the server sent, or
 * than the policy in the browser allows; errors of the policy are a no.
 *
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
export function useCan(): Can {
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
