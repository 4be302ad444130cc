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
  it('asks once while a request only reads', async () => {
    const memory = new DecisionMemory(true)
    const row = {}
    const question = counter()
    for (let i = 0; i < 3; i++) expect(await memory.answer('read', row, question.ask)).toBe(true)
    expect(question.asked).toBe(1)
  })

  it('asks again where a request may have changed something', async () => {
    const memory = new DecisionMemory(false)
    const row = {}
    const question = counter()
    await memory.answer('read', row, question.ask)
    await memory.answer('read', row, question.ask)
    expect(question.asked).toBe(2)
  })

  it('lets those who wait at the same time share an answer', async () => {
    const memory = new DecisionMemory(false)
    const row = {}
    const question = counter()
    await Promise.all([memory.answer('read', row, question.ask), memory.answer('read', row, question.ask)])
    expect(question.asked).toBe(1)
  })

  it('tells actions apart, and rows by identity', async () => {
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
