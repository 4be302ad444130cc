/** The operators of expressions, by their names in `oso`. */
export type PolarOperator =
  | PolarComparisonOperator
  | 'Add'
  | 'And'
  | 'Assign'
  | 'Cut'
  | 'Debug'
  | 'Div'
  | 'Dot'
  | 'ForAll'
  | 'In'
  | 'Isa'
  | 'Mod'
  | 'Mul'
  | 'New'
  | 'Not'
  | 'Or'
  | 'Print'
  | 'Rem'
  | 'Sub'
  | 'Unify'

/** The operators that compare two values. */
export type PolarComparisonOperator = 'Eq' | 'Geq' | 'Gt' | 'Leq' | 'Lt' | 'Neq'
