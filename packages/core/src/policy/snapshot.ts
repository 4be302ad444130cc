import type { Statement } from '../language/ast.js'
import type { Diagnostic } from '../language/diagnostic.js'
import type { Source } from '../language/source.js'
import type { Schema } from '../schema/schema.js'

/** All that determines the result of a build. */
export interface BuildInput {
  readonly sources: readonly Source[]
  readonly schema: Schema
  readonly queryRules: ReadonlySet<string>
}

/** The part of a valid policy that takes long to build. The rest is made of it. */
export interface Snapshot {
  readonly statements: readonly Statement[]
  readonly warnings: readonly Diagnostic[]
}

/** Keeps the snapshots of policies. */
export interface Snapshots {
  /** Returns the snapshot of an earlier build with the same input, with the spans of these sources. */
  read(input: BuildInput): Snapshot | undefined
  /** Receives the snapshot of a valid policy that `read` did not return. */
  write(snapshot: Snapshot): void
}
