'use client'

export { Actions, type ActionsProperties } from './actions.js'
export { Authorization, type AuthorizationProperties, type Policy } from './authorization.js'
export { Can, type CanProperties } from './can.js'
export { type Can as CanFunction, useCan } from './useCan.js'
