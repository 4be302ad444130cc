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
      case 'unmatched':
      case 'applied':
        events.push(`${event.kind} ${event.rule.name}`)
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
    'applied may',
    'proven; may(what); what is "write"',
    'applied can_do',
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

it('a recorder receives heads that do not match', () => {
  const events: string[] = []
  const record = (event: TraceEvent) => {
    if (event.kind === 'unmatched' || event.kind === 'applied') events.push(`${event.kind} ${event.rule.name}`)
  }
  const fact = 'small({size: 1}, _);'
  ask('small({size: 2}, 1)', { policy: fact, recorder: { record } })
  ask('small({size: 1}, 1)', { policy: fact, recorder: { record } })
  expect(events).toEqual(['unmatched small', 'applied small'])
})

it('the failure of a goal says whether it was proven before, and whether a call repeated itself', () => {
  const failures: unknown[] = []
  const record = (event: TraceEvent) => {
    if (event.kind === 'failed') failures.push([print(event.goal), event.wasProven, event.metLoop])
  }
  ask('odd(1) and x in [1] and x = 2', { policy: 'odd(x) if odd(x); odd(1);', recorder: { record } })
  expect(failures).toContainEqual(['x = 2', false, false])
  expect(failures).toContainEqual(['x in [1]', true, false])
  expect(failures).toContainEqual(['odd(x)', false, true])
})

it('answers are the same with a recorder', () => {
  const record = () => {}
  for (const query of ['may(x)', 'not may("x") and x in [1, 2] and x > 1', 'x in [1, 2] and cut', 'can_do(a, b)']) {
    expect(ask(query, { policy, recorder: { record } })).toEqual(ask(query, { policy }))
  }
})
