import type { CompiledValue } from './compiledValue.js'

/** A compiled pattern. Its variables are in slots that are filled before matching. */
export type Matcher =
  | { readonly kind: 'value'; readonly operand: CompiledValue }
  | { readonly kind: 'class'; readonly tag: string; readonly fields: readonly FieldMatcher[]; readonly unions: Unions }
  | { readonly kind: 'fields'; readonly fields: readonly FieldMatcher[] }
  | { readonly kind: 'list'; readonly elements: readonly Matcher[]; readonly rest: CompiledValue | undefined }

export interface FieldMatcher {
  readonly key: string
  readonly pattern: Matcher
}

/** The classes of each union, by the union's name: `Actor` and `Resource`. */
export type Unions = ReadonlyMap<string, ReadonlySet<string>>
