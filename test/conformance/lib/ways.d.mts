import type { FilteringCase } from './filtering.mjs'
import type { Case, Judgement } from './judge.mjs'

/** Filtering cases asked of an `Authorizer`, in memory and through Prisma. */
export class Ways {
  /** @param modules - Modules with the exports of `@arcturus/core` and `@arcturus/prisma`. */
  constructor(modules: { readonly core: object; readonly prisma: object })
  judge(one: Case & FilteringCase): Promise<Judgement>
  /** The shares of the cases, or checks, that were answered: in memory, through Prisma, by the predicate. */
  get shares(): { readonly memory: number; readonly prisma: number; readonly predicate: number }
  get report(): readonly string[]
  close(): Promise<void>
}
