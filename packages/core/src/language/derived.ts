import type { Form } from './build/operators.js'
import type { Token } from './token.js'

/** Makes the value of a production of the values of its parts: tokens, and values of other productions. */
export type Builder = (...parts: never[]) => unknown

/** nearley's result for a production: what to build, and the parts, which are tokens or derived too. */
export class Derived {
  constructor(
    readonly build: Builder | Form,
    readonly parts: readonly (Derived | Token)[],
  ) {}
}
