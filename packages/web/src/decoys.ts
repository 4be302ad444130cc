import type { DenialReason, Eventual } from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'

interface Decoy {
  readonly row: object
  readonly isHidden: boolean
}

/**
 * The decoys: rows that replace missing rows in decisions. A hidden row and a missing row have the
 * same response; with a decoy they also cause the same queries to the policy and to the database. A
 * decoy is a row that the same route loaded before, preferably a hidden one.
 */
export class Decoys {
  readonly #decoys = new WeakMap<object, Decoy>()

  /** Keeps a row that a route loaded as its decoy. */
  keep(route: object, row: unknown, reason: DenialReason | undefined): void {
    const known = this.#decoys.get(route)
    const isHidden = reason === 'hidden' || reason === 'nobody'
    if (known && (known.isHidden || !isHidden)) return
    if (typeof row === 'object' && row !== null) this.#decoys.set(route, { row, isHidden })
  }

  /**
   * Decides about a route's decoy as about a row. The result is discarded: it is neither returned
   * nor observed.
   */
  deny(authority: Authority, route: object, actor: unknown, action: string): Eventual<void> {
    const decoy = this.#decoys.get(route)
    if (!decoy) return undefined
    try {
      const denial = authority.denialReason(actor, action, decoy.row, { observed: false })
      return denial instanceof Promise ? denial.then(ignore, ignore) : undefined
    } catch {
      // A row that the policy can't decide also serves as a decoy.
      return undefined
    }
  }
}

function ignore(): void {}
