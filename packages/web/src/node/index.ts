export { keepPrivate } from '../keepPrivate.js'
export { type Holder, hold, isAllowList } from './hold.js'
export { holdUndecided, type UndecidedOptions } from './holdUndecided.js'
