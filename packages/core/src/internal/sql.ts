export type {
  Compare,
  CompareOperator,
  Definite,
  DefiniteReach,
  DefiniteSome,
  Hop,
  In,
  IsA,
  KnownRow,
  Operand,
  OperandType,
  Path,
  ReachStep,
  Root,
  Text,
  Variable,
} from '../condition/condition.js'
export { descending } from '../condition/stack.js'
export { unknownType } from '../condition/type.js'
export { formOf, operandsIn, partsIn, pathsIn } from '../condition/visit.js'
export { ArgumentError, invalidArgument, UnsupportedFilterError } from '../errors.js'
export { refused } from '../filter/algebra/refused.js'
export { compareText } from '../language/compareText.js'
export { Source, type Span } from '../language/source.js'
export type { DatabaseFacts } from '../schema/databaseFacts.js'
export type { Schema } from '../schema/schema.js'
export { isUuid } from '../schema/uuid.js'
export { entryOf } from '../values/entryOf.js'
export { isDecimal, isNumeric } from '../values/numeric.js'
export { compareNumbers, mirrored } from '../values/order.js'
