import { type Context, createContext, type ReactElement, type ReactNode, useMemo } from 'react'

/** The allowed actions of the nearest `<Actions>`. */
export const AllowedActions: Context<ReadonlySet<string> | undefined> = createContext<ReadonlySet<string> | undefined>(
  undefined,
)

/** The props of `<Actions>`. */
export interface ActionsProperties {
  /**
   * The actions that the server allows on one resource: the result of `authorizedActions`, or the same
   * names from JSON. `undefined` while they are not known yet: then nothing is allowed.
   */
  readonly allowed: Iterable<string> | undefined
  readonly children?: ReactNode
}

/**
 * Provides the user's allowed actions on one resource to the components below. It is not a check: the
 * server checks each action again when it is used.
 *
 * @example
 * ```tsx
 * <Actions allowed={ticket.actions}>
 *   <CloseButton id={ticket.id} />
 * </Actions>
 * ```
 */
export function Actions({ allowed, children }: ActionsProperties): ReactElement {
  const names = useMemo(() => new Set(allowed), [allowed])
  return <AllowedActions.Provider value={names}>{children}</AllowedActions.Provider>
}
