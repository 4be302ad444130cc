/**
 * Forgets that rows were loaded in part. The process keeps this for all copies of the package, and where test files share
 * a process, one file would change how the next is answered.
 */
const partials = (globalThis as Record<symbol, unknown>)[Symbol.for('arcturus.partial')] as
  | { any: boolean; readonly names: Set<string> }
  | undefined
if (partials) {
  partials.any = false
  partials.names.clear()
}
