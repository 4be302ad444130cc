import { describe, expect, test } from 'vitest'
import { Replay, unanswered } from './replay.js'
import { ListTerm } from './term.js'

const [operand, other] = [{}, {}]
const [row, stranger] = [{}, {}]

/** A step that has read a name and then waited for an owner. */
function replayOf(object: unknown = row): Replay {
  const replay = new Replay()
  replay.recall(operand, row, 'first')
  replay.arrive(0)
  replay.begin()
  expect(replay.recall(operand, object, 'name')).toBe(unanswered)
  replay.answer('a')
  expect(replay.recall(operand, object, 'owner')).toBe(unanswered)
  replay.answer('someone')
  replay.again()
  return replay
}

describe('a step that runs again', () => {
  test('gets the answers to its questions', () => {
    const replay = replayOf()
    expect(replay.recall(operand, row, 'name')).toBe('a')
    expect(replay.recall(operand, row, 'owner')).toBe('someone')
    expect(replay.recall(operand, row, 'more')).toBe(unanswered)
  })

  test.each([
    ['another operand', other, row, 'name'],
    ['another object', operand, stranger, 'name'],
    ['another name', operand, row, 'owner'],
  ])('gets no answer for %s', (_, asker, object, name) => {
    expect(() => replayOf().recall(asker, object, name)).toThrow(expect.objectContaining({ code: 'replay-mismatch' }))
  })

  test('fails if it reads less than before', () => {
    const replay = replayOf()
    replay.recall(operand, row, 'name')
    expect(() => replay.begin()).toThrow(expect.objectContaining({ code: 'replay-mismatch' }))
  })

  test('makes its lists anew', () => {
    const replay = replayOf(new ListTerm([1], 0, undefined))
    expect(replay.recall(operand, new ListTerm([1], 0, undefined), 'name')).toBe('a')
  })

  test('uses the value that the query waited for only where it was read', () => {
    const replay = new Replay()
    replay.recall(operand, row, 'owner')
    replay.arrive('someone')
    replay.again()
    expect(replay.recall(operand, row, 'name')).toBe(unanswered)
    replay.answer('a')
    expect(replay.recall(operand, stranger, 'owner')).toBe(unanswered)
    expect(replay.recall(other, row, 'owner')).toBe(unanswered)
    expect(replay.recall(operand, row, 'owner')).toBe('someone')
    expect(replay.recall(operand, row, 'owner')).toBe(unanswered)
  })
})
