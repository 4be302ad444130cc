import { refused, type Span } from '@arcturus/core/internal/sql'

/** Why a condition can't be SQL, as a stable identifier. */
export type SqlRefusal =
  | 'bind-limit'
  | 'column-type'
  | 'mixed-types'
  | 'no-key'
  | 'operand'
  | 'text-pattern'
  | 'too-large'
  | 'unknown-field'
  | 'unknown-table'

const wayOut = 'check the rows one by one with can(), or compare columns whose types SQL compares exactly'

/** Throws because SQL can't represent the condition exactly. */
export function refuse(reason: SqlRefusal, message: string, span: Span | undefined, hint: string = wayOut): never {
  throw refused(reason, message, span, hint)
}
