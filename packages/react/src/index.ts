'use client'

export { Actions } from './actions.js'
export { Authorization, type Policy } from './authorization.js'
export { Can } from './can.js'
export { useCan } from './useCan.js'
