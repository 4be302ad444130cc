import type { ActionOn, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { ReactElement, ReactNode } from 'react'
import { useCan } from './useCan.js'

/** The props of `<Can>`. */
export interface CanProperties<Row = unknown, P extends PolicyTypes = RegisteredPolicy> {
  /** The action. */
  readonly do: ActionOn<Row, P>
  /** The row, for a policy in the browser. Without it, the resource of the nearest `<Actions>`. */
  readonly on?: Row
  /** What is shown if the action is allowed, or a function of the answer. */
  readonly children?: ReactNode | ((allowed: boolean) => ReactNode)
  /** What is shown otherwise. Default: nothing. */
  readonly fallback?: ReactNode
}

/**
 * Shows its children if the user may perform an action.
 *
 * @throws {Error} `<Actions>` is not above, or with `on` `<Authorization>`.
 *
 * @example
 * ```tsx
 * <Can do="close" fallback="You can't close this ticket.">
 *   <button>Close</button>
 * </Can>
 * ```
 */
export function Can<Row = unknown, P extends PolicyTypes = RegisteredPolicy>(
  properties: CanProperties<Row, P>,
): ReactElement {
  const { do: action, children, fallback } = properties
  const can = useCan<P>()
  // An `on` that is undefined is a row that is missing, and no question about the nearest <Actions>.
  const allowed = 'on' in properties ? properties.on !== undefined && can(action, properties.on) : can(action)
  if (typeof children === 'function') return <>{children(allowed)}</>
  return <>{allowed ? children : fallback}</>
}
