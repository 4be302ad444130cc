'use client'

import type { ActionResult } from '@arcturus/next'
import { useState, useTransition } from 'react'

/**
 * Runs a server action that answers what was wrong with what was sent, and keeps for people to read what it answered: that, or that
 * they may not.
 */
export function useServerAction<Args extends readonly unknown[]>(
  action: (...args: Args) => Promise<ActionResult<string | undefined>>,
) {
  const [problem, setProblem] = useState<string>()
  const [isRunning, start] = useTransition()
  const run = (...args: Args): Promise<boolean> =>
    new Promise((resolve) =>
      start(async () => {
        const result = await action(...args)
        const found = result.allowed ? result.value : result.message
        setProblem(found)
        resolve(found === undefined)
      }),
    )
  return { run, isRunning, problem }
}
