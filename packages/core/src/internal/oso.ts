export { hostMeaning } from '../authorizer/plans/hostMeaning.js'
export { type Kind, planFilter } from '../authorizer/plans/plans.js'
export type {
  Compare,
  Condition,
  Definite,
  DefiniteReach,
  DefiniteSome,
  In,
  IsA,
  Operand,
  Path,
  Root,
  Step,
  Text,
} from '../condition/condition.js'
export { Deriver } from '../condition/derive/derive.js'
export { simplify } from '../condition/rewrite/passes.js'
export { descending } from '../condition/stack.js'
export { family, isLength, isNil, operandType, stepField } from '../condition/type.js'
export {
  alternativesOf,
  conditionsIn,
  goalsOf,
  labelOf,
  mapParts,
  operandsIn,
  partsIn,
  pathsIn,
  spanOf,
  variablesIn,
} from '../condition/visit.js'
export { ArcturusError, ArgumentError, QueryError, UnsupportedFilterError } from '../errors.js'
export { bind } from '../evaluate/bind.js'
export { complement } from '../filter/algebra/complement.js'
export { all, any, FALSE } from '../filter/algebra/logic.js'
export { refused } from '../filter/algebra/refused.js'
export { compact } from '../filter/compact/compact.js'
export { definite } from '../filter/definite/definite.js'
export { bindLoading } from '../filter/loading.js'
export type { Expression as Goal, InlineQuery, Node, RuleType } from '../language/ast.js'
export type { Code } from '../language/codes.js'
export type { Diagnostic } from '../language/diagnostic.js'
export { parseQuery } from '../language/parse.js'
export { print } from '../language/print.js'
export { Source, type Span, spanText } from '../language/source.js'
export {
  type Awaitable,
  compile,
  defaultLimits,
  Expression,
  Fault,
  type Host,
  Pattern,
  type PolarComparisonOperator,
  type PolarOperator,
  type Program,
  type Query,
  type QueryOptions,
  type Recorder,
  type RuleCall,
  type Solution,
  tracer,
  Variable,
} from '../machine/index.js'
export { provideGoalTrace } from '../machine/query/errors.js'
export { goalTrace } from '../machine/query/goalTrace.js'
export type { TraceEvent } from '../machine/state/trace.js'
export { formatTerm } from '../machine/terms/format.js'
export { buildPolicy } from '../policy/buildPolicy.js'
export { allChecks } from '../policy/checks/all.js'
export type { Policy } from '../policy/policy.js'
export { Budget, limitError } from '../predicate/budget.js'
export type { Class, Field, Model, ScalarType } from '../schema/model.js'
export { Schema } from '../schema/schema.js'
export type { Wanted } from '../schema/wanted.js'
export type { Account } from '../text/account.js'
export { callMethod } from '../text/call.js'
export { unreachable } from '../text/callNamed.js'
export type { RegExpEngine, RegExpLike } from '../text/engine.js'
export { isMaker, type Method } from '../text/plainCall.js'
export { isBinary, sameBinary } from '../values/binary.js'
export { withBuiltIns } from '../values/builtIns.js'
export { builtinClasses } from '../values/builtin.js'
export { Dict, setEntry } from '../values/dict.js'
export { entryOf } from '../values/entryOf.js'
export { iteratorOf } from '../values/iterators.js'
export { allKinds } from '../values/kinds.js'
export { compareNumbers, type OrderOperator } from '../values/order.js'
export { isThenable } from '../values/thenable.js'
