export type { RegExpEngine, RegExpLike } from '@arcturus/core/internal/oso'
export {
  Dict,
  Expression,
  Pattern,
  type PolarComparisonOperator,
  type PolarOperator,
  Variable,
} from '@arcturus/core/internal/oso'
export { defaultEqualityFn } from './equality.js'
export * from './errors.js'
export { fieldOf, relationOf } from './fields.js'
export {
  type Adapter,
  type Datum,
  type Filter,
  type FilterCondition,
  type FilterRelation,
  type Immediate,
  isProjection,
  type Projection,
} from './filter.js'
export { Host } from './host.js'
export { Oso } from './oso.js'
export { Polar } from './polar.js'
export { Predicate } from './predicate.js'
export { Relation } from './relation.js'
export type { StoredClasses } from './stored/classes.js'
export type {
  Class,
  ClassParams,
  CustomError,
  EqualityFn,
  HostTypes,
  IsaCheck,
  Options,
  QueryOpts,
  QueryResult,
  UserType,
} from './types.js'
