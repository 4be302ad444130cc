import type { SchemaDescription } from '@arcturus/language-service'

/** A request from the language server to the process of an application. */
export type Question =
  | { readonly kind: 'rows'; readonly model: string }
  | { readonly kind: 'actors' }
  | { readonly kind: 'who'; readonly action: string; readonly resource: string }
  | { readonly kind: 'why'; readonly actor: string; readonly action: string; readonly resource: string }

/** What the process of an application tells once it is open. */
interface Opened {
  readonly kind: 'opened'
  readonly schema: SchemaDescription
  /** The rules that the application queries by name. */
  readonly queryRules: readonly string[]
  /** The files of the policy. */
  readonly files: readonly string[]
  readonly hasRows: boolean
}

/** A message of the process of an application. */
export type Message =
  | Opened
  | { readonly kind: 'failed'; readonly message: string; readonly files: readonly string[] }
  | { readonly kind: 'answer'; readonly id: number; readonly lines?: readonly string[]; readonly error?: string }
