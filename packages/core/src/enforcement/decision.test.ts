import { describe, expect, it } from 'vitest'
import { DecisionListeners } from '../authorizer/decisions/decision.js'

describe('listeners to decisions', () => {
  it('receive each decision until they are removed', () => {
    const listeners = new DecisionListeners()
    const heard: unknown[] = []
    const stop = listeners.add((...decision) => heard.push(decision))
    listeners.notify('check', 'ada', 'read', 'plans', true)
    listeners.notify('field', 'ada', 'read', 'plans', true, ['title'])
    stop()
    listeners.notify('check', 'ada', 'read', 'plans', true)
    expect(heard).toEqual([
      ['check', 'ada', 'read', 'plans', true, undefined],
      ['field', 'ada', 'read', 'plans', true, ['title']],
    ])
  })

  it('are active only while one is registered', () => {
    const listeners = new DecisionListeners()
    expect(listeners.active).toBe(false)
    const stop = listeners.add(() => {})
    expect(listeners.active).toBe(true)
    stop()
    expect(listeners.active).toBe(false)
  })

  it('make a check fail by throwing', () => {
    const listeners = new DecisionListeners()
    listeners.add(() => {
      throw new Error('the log is full')
    })
    expect(() => listeners.notify('check', null, 'read', 'plans', true)).toThrow('the log is full')
  })
})
