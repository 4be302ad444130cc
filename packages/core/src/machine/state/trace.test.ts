import { expect, it } from 'vitest'
import { print } from '../../language/print.js'
import { ask } from '../testing/ask.js'
import type { TraceEvent } from './trace.js'

const policy = 'can_do(who, what) if who = "ann" and may(what); may("read"); may("write") if cut;'

function eventsOf(query: string): string[] {
  const events: string[] = []
  const record = (event: TraceEvent) => {
    switch (event.kind) {
      case 'solution':
        events.push('solution')
        break
      case 'rule':
        events.push(`rule ${event.rule.name}`)
        break
      default: {
        const values = [...event.values()].map(([name, value]) => `${name} is ${JSON.stringify(value)}`)
        events.push([event.kind, print(event.goal), ...values].join('; '))
      }
    }
  }
  ask(query, { policy, recorder: { record } })
  return events
}

it('a recorder receives goals, rules and solutions in order, with their variables', () => {
  expect(eventsOf('can_do("ann", "write")')).toEqual([
    'goal; can_do("ann", "write")',
    'rule can_do',
    'goal; who = "ann"; who is "ann"',
    'proven; who = "ann"; who is "ann"',
    'goal; may(what); what is "write"',
    'rule may',
    'goal; cut',
    'proven; cut',
    'proven; may(what); what is "write"',
    'proven; can_do("ann", "write")',
    'solution',
    'failed; may(what); what is "write"',
    'failed; who = "ann"; who is "ann"',
    'failed; can_do("ann", "write")',
  ])
})

it('a recorder receives failed goals', () => {
  expect(eventsOf('can_do("bob", "read")')).toEqual([
    'goal; can_do("bob", "read")',
    'rule can_do',
    'goal; who = "ann"; who is "bob"',
    'failed; who = "ann"; who is "bob"',
    'failed; can_do("bob", "read")',
  ])
})

it('answers are the same with a recorder', () => {
  const record = () => {}
  for (const query of ['may(x)', 'not may("x") and x in [1, 2] and x > 1', 'x in [1, 2] and cut', 'can_do(a, b)']) {
    expect(ask(query, { policy, recorder: { record } })).toEqual(ask(query, { policy }))
  }
})
