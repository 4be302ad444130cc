export interface FilteringCase {
  readonly id: string
  readonly fixture: string
  readonly policy: string
}

/** What an adapter selected, or why nothing could be. */
export type Selection = { readonly ids: readonly unknown[]; readonly error?: undefined } | { readonly error: object }

export type FilteringOutcome =
  | { readonly load: object }
  | {
      readonly load?: undefined
      readonly condition: Selection
      readonly flat: Selection
      readonly truth: readonly unknown[]
    }

export function runFilteringCase(one: FilteringCase, engine: object): Promise<FilteringOutcome>
