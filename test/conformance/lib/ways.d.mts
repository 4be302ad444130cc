import type { FilteringCase } from './filtering.mjs'
import type { Case, Judgement } from './judge.mjs'

/** An ORM over one database that holds the tables of the fixtures. */
export interface Orm {
  readonly name: string
  run(one: Case & FilteringCase): Promise<object>
  close(): Promise<void>
}

/** Filtering cases asked of an `Authorizer`, in memory and through ORMs. */
export class Ways {
  /** @param core - A module with the exports of `@arcturus/core`. */
  constructor(core: object, orms: readonly Orm[])
  judge(one: Case & FilteringCase): Promise<Judgement>
  /** The shares of the cases that were answered, by way; and that of the checks that the predicate answered. */
  get shares(): { readonly answered: Readonly<Record<string, number>>; readonly byPredicate: number }
  get report(): readonly string[]
  close(): Promise<void>
}
