'use client'

import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'

const AllowedActions = createContext<ReadonlySet<string> | undefined>(undefined)

/** The properties of `<Actions>`. */
export interface ActionsProperties {
  /** What `authorizedActions(resource)` gave, on the server. */
  readonly allowed: Iterable<string>
  readonly children?: ReactNode
}

/**
 * Tells the client components below it what the actor may do to one resource. It decides nothing: what is shown by it is asked again,
 * on the server, when it is used.
 *
 * @example
 * <Actions allowed={await authorizedActions(ticket)}><CloseButton id={ticket.id} /></Actions>
 */
export function Actions({ allowed, children }: ActionsProperties): ReactElement {
  return createElement(AllowedActions.Provider, { value: new Set(allowed) }, children)
}

/**
 * What tells whether the actor may do an action, by the nearest `<Actions>`.
 *
 * @throws where there is none.
 * @example
 * const can = useCan()
 * return can('close') ? <button>Close</button> : null
 */
export function useCan(): (action: string) => boolean {
  const allowed = useContext(AllowedActions)
  if (!allowed) throw new Error('useCan is used outside of <Actions allowed={await authorizedActions(resource)}>.')
  return (action) => allowed.has(action)
}
