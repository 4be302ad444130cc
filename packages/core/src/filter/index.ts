/** What a printer of filters for a store of your own reads. */
export type { Compare, Definite, In, Operand, Path, Text } from '../condition/condition.js'
export { printCondition } from '../condition/print.js'
export { operandsIn, partsIn } from '../condition/visit.js'
export { matches } from './matches.js'
