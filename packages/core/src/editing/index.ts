/**
 * What editors ask about policies: statements one by one, what the grammar expects at a place, the facts that hold there.
 * A minor version can change these names.
 */
export type * from '../language/ast.js'
export { type Comment, commentsOf } from '../language/comments.js'
export { Shape } from '../language/derivation.js'
export type { Diagnostic } from '../language/diagnostic.js'
export { formatDiagnostic } from '../language/formatDiagnostic.js'
export { print } from '../language/print.js'
export { Source, type Span, spanText } from '../language/source.js'
export type { Token } from '../language/token.js'
export { Tokens } from '../language/tokens.js'
export { descendants, eachChild } from '../language/visit.js'
export { isName, KEYWORDS } from '../language/words.js'
export { byName } from '../policy/assemble.js'
export { type Declared, type MergedBlock, mergeBlocks, unionsOf } from '../policy/blocks.js'
export { checkStatements, type Incremental, policyOf } from '../policy/buildPolicy.js'
export { allChecks } from '../policy/checks/all.js'
export { factsAt } from '../policy/checks/followPaths.js'
export { demandOf, Heads, type Shape as ArgumentShape, shapeOf } from '../policy/checks/heads.js'
export type { Knowledge, Known } from '../policy/checks/knowledge.js'
export { Kept } from '../policy/kept.js'
export type { Policy } from '../policy/policy.js'
export type { Field, Model, RelationField, ScalarField } from '../schema/model.js'
export type { Schema } from '../schema/schema.js'
export { builtinClasses } from '../values/builtin.js'
export { type EffectiveCondition, effectiveConditions } from './conditions.js'
export { type Expected, expectedAfter } from './expected.js'
export { LOOKAHEAD, type Piece, pieceAt } from './piece.js'
export {
  describeSchema,
  type ModelDescription,
  type SchemaDescription,
  schemaOf,
  type ValueShape,
} from './schemaDescription.js'
