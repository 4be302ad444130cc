import type { Expression } from '../language/ast.js'
import type { Machine } from './machine.js'

/** Facts about an error, with the place where the value that it is about was written, as far as that can be told. */
export function originOf(
  _m: Machine,
  data: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> | undefined {
  return data
}

export type { Expression }
