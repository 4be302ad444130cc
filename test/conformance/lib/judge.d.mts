import type { FilteringCase } from './filtering.mjs'

/** A line of `language.jsonl` or `filtering.jsonl`; README.md says what its members are. */
export interface Case {
  readonly id: string
  readonly group: string
}

export interface Judgement {
  readonly skipped?: boolean
  readonly passed?: boolean
  readonly wanted?: unknown
  readonly got?: unknown
  readonly answered?: { readonly condition?: boolean; readonly flat?: boolean }
}

export function readCases(file: string): readonly Case[]
export function isFiltering(one: Case): one is Case & FilteringCase
/** @param engine - A module with the exports of `oso`. */
export function judge(one: Case, engine: object): Promise<Judgement>
