import type { Schema } from '../schema/schema.js'
import type { Equality } from '../values/equality.js'
import type { Host } from './host.js'

export interface SchemaHostOptions {
  /** Decides of two objects that are no rows with keys whether they are equal. Default: they never are. */
  readonly equality?: Equality
  /** Where `print` goes. Default `console.log`. */
  readonly print?: (text: string) => void
  /** Where `debug` goes. Default: nowhere. */
  readonly debug?: (text: string) => void | Promise<void>
}

/** The host over a schema: what the Authorizer means by classes, equality and fields. Made to be extended. */
export declare class SchemaHost implements Pick<Host, 'isConstant'> {
  constructor(schema: Schema, options?: SchemaHostOptions)
  isConstant(name: string): boolean
}
