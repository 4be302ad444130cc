'use client'

export { Actions, Can, useCan } from '@arcturus/react'
