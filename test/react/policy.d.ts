import type { Policy } from '@arcturus/react'

/** The compiled policy of the test, which the bundler puts in place. */
export function createAuthorizer(): Policy
