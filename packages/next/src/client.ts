'use client'

import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'

const AllowedActions = createContext<ReadonlySet<string> | undefined>(undefined)

/** The props of `<Actions>`. */
export interface ActionsProperties {
  /** The result of `authorizedActions(resource)`, from the server. */
  readonly allowed: Iterable<string>
  readonly children?: ReactNode
}

/**
 * Provides the actor's allowed actions on one resource to the client components below. It is not a
 * check: the server checks each action again when it is used.
 *
 * @example
 * <Actions allowed={await authorizedActions(ticket)}><CloseButton id={ticket.id} /></Actions>
 */
export function Actions({ allowed, children }: ActionsProperties): ReactElement {
  return createElement(AllowedActions.Provider, { value: new Set(allowed) }, children)
}

/**
 * Returns a function that returns whether the nearest `<Actions>` allows an action.
 *
 * @throws if there is no `<Actions>` above the component
 * @example
 * const can = useCan()
 * return can('close') ? <button>Close</button> : null
 */
export function useCan(): (action: string) => boolean {
  const allowed = useContext(AllowedActions)
  if (!allowed) throw new Error('useCan is used outside of <Actions allowed={await authorizedActions(resource)}>.')
  return (action) => allowed.has(action)
}
