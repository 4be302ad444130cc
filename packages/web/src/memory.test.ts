import { describe, expect, it } from 'vitest'
import { DecisionMemory } from './memory.js'

/** Answers true, and counts how often it was asked. */
function counter(): { ask: () => Promise<boolean>; asked: number } {
  const state = {
    asked: 0,
    ask: async () => {
      state.asked++
      return true
    },
  }
  return state
}

describe('the memory of decisions', () => {
  it('makes a check once per reading request', async () => {
    const memory = new DecisionMemory(true)
    const row = {}
    const question = counter()
    for (let i = 0; i < 3; i++) expect(await memory.answer('read', row, question.ask)).toBe(true)
    expect(question.asked).toBe(1)
  })

  it('repeats a check if a request may have changed data', async () => {
    const memory = new DecisionMemory(false)
    const row = {}
    const question = counter()
    await memory.answer('read', row, question.ask)
    await memory.answer('read', row, question.ask)
    expect(question.asked).toBe(2)
  })

  it('shares a result among concurrent checks', async () => {
    const memory = new DecisionMemory(false)
    const row = {}
    const question = counter()
    await Promise.all([memory.answer('read', row, question.ask), memory.answer('read', row, question.ask)])
    expect(question.asked).toBe(1)
  })

  it('distinguishes actions, and rows by identity', async () => {
    const memory = new DecisionMemory(true)
    const question = counter()
    const row = { id: 1 }
    await memory.answer('read', row, question.ask)
    await memory.answer('edit', row, question.ask)
    await memory.answer('read', { id: 1 }, question.ask)
    expect(question.asked).toBe(3)
  })

  it('does not remember an error', async () => {
    const memory = new DecisionMemory(true)
    const row = {}
    await expect(memory.answer('read', row, () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await memory.answer('read', row, async () => true)).toBe(true)
  })
})
