import { describe, expect, test } from 'vitest'
import { Playground } from '../src/engine.js'
import { steps, worldAt } from '../src/learn.js'

/** The expected answers of a step that a policy doesn't give. */
async function failures(step: number, policy: string) {
  const playground = await Playground.open({ ...worldAt(step), policy })
  expect(playground.findings).toEqual([])
  return await playground.failedPins(
    steps[step]!.expected.map(([actor, action, row, allowed]) => ({ actor, action, model: 'Document', row, allowed })),
  )
}

describe.each(steps.map(({ title }, at) => [title, at] as const))('the lesson “%s”', (_, at) => {
  test('is not done at its start', async () => expect(await failures(at, worldAt(at).policy)).not.toEqual([]))
  test('is done by its answer', async () => expect(await failures(at, steps[at]!.solution)).toEqual([]))
})
