import type { Action, Actor } from '@arcturus/core'
import { type Context, createContext, type ReactElement, type ReactNode, useMemo } from 'react'

/** Decides in the browser: a compiled policy, or an `Authorizer` of `@arcturus/core`. */
export interface Policy {
  can(actor: unknown, action: string, resource: unknown): boolean
}

/** Returns whether the user may perform an action on a resource. */
export type Decide = (action: string, resource: unknown) => boolean

/** The decisions of the nearest `<Authorization>`. */
export const Decisions: Context<Decide | undefined> = createContext<Decide | undefined>(undefined)

/** The props of `<Authorization>`. */
export interface AuthorizationProperties {
  /** A compiled policy, or an `Authorizer`. */
  readonly policy: Policy
  /**
   * The user, as the policy knows it; `null` for a visitor who is not signed in. `undefined` while it is
   * not known yet: then nothing is allowed.
   */
  readonly actor: Actor | null | undefined
  /**
   * Receives the error of a decision that the policy can't make, such as one that needs a relation which
   * is not loaded. The answer is then no. Default: `console.error`.
   */
  readonly onError?: (error: unknown, question: { readonly action: Action; readonly resource: unknown }) => void
  readonly children?: ReactNode
}

/**
 * Answers `useCan` and `<Can>` below from a policy in the browser. It is not a check: the server checks
 * each action again when it is used.
 *
 * @example
 * ```tsx
 * import { createAuthorizer } from './policy.js' // written by `arcturus compile`
 *
 * const policy = createAuthorizer({ classes: { User, Ticket } })
 *
 * <Authorization policy={policy} actor={user}>
 *   <Tickets />
 * </Authorization>
 * ```
 */
export function Authorization({ policy, actor, onError, children }: AuthorizationProperties): ReactElement {
  const decide = useMemo((): Decide => {
    if (actor === undefined) return () => false
    return (action, resource) => {
      try {
        return policy.can(actor, action, resource) === true
      } catch (error) {
        if (onError) onError(error, { action: action as Action, resource })
        else console.error(error)
        return false
      }
    }
  }, [policy, actor, onError])
  return <Decisions.Provider value={decide}>{children}</Decisions.Provider>
}
