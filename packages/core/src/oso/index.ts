export { Expression, Pattern, type PolarComparisonOperator, type PolarOperator, Variable } from '../machine/index.js'
export type { RegExpEngine, RegExpLike } from '../text/engine.js'
export { Dict } from '../values/dict.js'
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
