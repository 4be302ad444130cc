export { type Holder, hold, isAllowList } from './hold.js'
export { holdUndecided, type UndecidedOptions } from './holdUndecided.js'
export { keepPrivate } from '../keepPrivate.js'
