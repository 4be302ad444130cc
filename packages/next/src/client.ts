'use client'

export { Actions, type ActionsProperties, Can, type CanProperties, useCan } from '@arcturus/react'
