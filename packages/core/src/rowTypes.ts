import type { ModelName, PolicyTypes, Register, RegisteredPolicy } from './register.js'

declare const model: unique symbol

/** A row that `as` marked as a row of a model. The mark exists in types only. */
export interface RowOf<Name extends string> {
  readonly [model]?: Name
}

/** The result of `as`: the row, and the name of its model if the policy has types. */
export type TaggedRow<P extends PolicyTypes, Name extends string, Row> =
  string extends ModelName<P> ? Row : Row & RowOf<Name>

type Rows = Register extends { rows: infer R } ? R : Record<never, never>

type Columns<P extends PolicyTypes, Name extends ModelName<P>> = Name extends keyof Rows
  ? keyof Rows[Name]
  : P['models'][Name]['columns']

/** The models all of whose columns are among the keys of a row. */
type Whole<P extends PolicyTypes, Keys> = {
  [Name in ModelName<P>]: [Columns<P, Name>] extends [Keys]
    ? [Columns<P, Name>] extends [never]
      ? never
      : Name
    : never
}[ModelName<P>]

/** Of models, those whose columns are not all columns of another one: a row of `Task` also has all columns of `Tag`. */
type Closest<P extends PolicyTypes, Names extends ModelName<P>> = {
  [Name in Names]: [Extending<P, Name, Exclude<Names, Name>>] extends [never] ? Name : never
}[Names]

type Extending<P extends PolicyTypes, Name extends ModelName<P>, Others extends ModelName<P>> = {
  [Other in Others]: [Columns<P, Name>] extends [Columns<P, Other>]
    ? [Columns<P, Other>] extends [Columns<P, Name>]
      ? never
      : Other
    : never
}[Others]

/** The models that have all keys of a row with some columns. */
type Part<P extends PolicyTypes, Keys> = {
  [Name in ModelName<P>]: [Keys] extends [Columns<P, Name> | P['models'][Name]['fields']] ? Name : never
}[ModelName<P>]

/** The models whose columns are unknown. */
type Unknown<P extends PolicyTypes> = {
  [Name in ModelName<P>]: [Columns<P, Name>] extends [never] ? Name : never
}[ModelName<P>]

type ByKeys<P extends PolicyTypes, Keys> = string extends Keys
  ? ModelName<P>
  : [Whole<P, Keys>] extends [never]
    ? [Part<P, Keys>] extends [never]
      ? ModelName<P>
      : Part<P, Keys> | Unknown<P>
    : Closest<P, Whole<P, Keys>> | Unknown<P>

/**
 * The names of the models that the type of a row can be of: that of its mark, else those whose columns it has. All models
 * if the type tells nothing.
 */
export type ModelOf<Row, P extends PolicyTypes = RegisteredPolicy> =
  string extends ModelName<P>
    ? string
    : 0 extends 1 & Row
      ? ModelName<P>
      : typeof model extends keyof Row
        ? NonNullable<Row[typeof model]> & ModelName<P>
        : Row extends abstract new (
              ...args: never
            ) => infer Instance
          ? ByKeys<P, keyof Instance>
          : ByKeys<P, keyof Row>

type Subject<P extends PolicyTypes, Row> = [NonNullable<Row>] extends [never]
  ? P['models'][ModelName<P>]
  : P['models'][ModelOf<NonNullable<Row>, P> & ModelName<P>]

/** An action on a row. */
export type ActionOn<Row, P extends PolicyTypes = RegisteredPolicy> = Subject<P, Row>['actions']

/** An action on the fields of a row, or of a model that is named. */
export type FieldActionOn<Row, P extends PolicyTypes = RegisteredPolicy> = FieldAction<
  [Row] extends [never] ? P['models'][ModelName<P>] : [Row] extends [ModelName<P>] ? P['models'][Row] : Subject<P, Row>
>

type FieldAction<Types> = Types extends { readonly fieldActions?: infer F; readonly actions: infer A }
  ? (F & string) | A
  : never

/** A field of a row. */
export type FieldOn<Row, P extends PolicyTypes = RegisteredPolicy> = Subject<P, Row>['fields' | 'columns']

/** What the type of an actor must also be: anything, or a message that no value is. */
export type ActorIn<A, P extends PolicyTypes = RegisteredPolicy> = string extends P['actors']
  ? unknown
  : [Wrong<A, P>] extends [never]
    ? unknown
    : `${Wrong<A, P>} is no actor of the policy`

type Wrong<A, P extends PolicyTypes> = 0 extends 1 & A
  ? never
  : unknown extends A
    ? never
    : A extends null
      ? never
      : A extends undefined
        ? 'undefined'
        : A extends object
          ? [ModelOf<A, P> & P['actors']] extends [never]
            ? ModelOf<A, P>
            : never
          : A extends string
            ? Exclude<'String', P['actors']>
            : A extends number | bigint
              ? [P['actors'] & ('Integer' | 'Float')] extends [never]
                ? 'Integer'
                : never
              : Exclude<'Boolean', P['actors']>
