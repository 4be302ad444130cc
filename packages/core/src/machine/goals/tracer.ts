import type { Expression, Rule } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import type { Retry } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { exit, fail } from '../state/step.js'
import type { GoalEvent, Recorder } from '../state/trace.js'
import { exportTerm } from '../terms/export.js'
import type { Context, GoalPlan, Tracer } from './plan.js'
import type { Scope } from './scope.js'

/** Returns the tracer of a recorder. */
export function tracer(recorder: Recorder): Tracer {
  return {
    recorder,
    goal: (context, goal, compile) => tracedGoal(context, recorder, goal, compile),
    rule: (scope, rule) => tracedRule(scope, recorder, rule),
  }
}

/** Sends an event when a goal begins, whenever it is proven, and when it fails. */
function tracedGoal(c: Context, recorder: Recorder, goal: Expression, compile: () => GoalPlan): GoalPlan {
  const before = slotsOf(c, goal)
  const plan = compile()
  const after = slotsOf(c, goal)
  const [proven, loops, waiting] = [c.scope.temporary(), c.scope.temporary(), c.scope.temporary()]
  const failed: Retry = (m) => {
    m.choices.pop()
    const { slots } = m.frame
    const [wasProven, metLoop] = [slots[proven] === true, slots[loops] !== m.loops]
    recorder.record({ kind: 'failed', wasProven, metLoop, ...eventOf(m, before) })
    return fail
  }
  return (next) => {
    const first = plan((m) => {
      const { slots } = m.frame
      slots[proven] = true
      recorder.record({ kind: 'proven', isWaiting: m.suspended > Number(slots[waiting]), ...eventOf(m, after) })
      return next
    })
    return (m) => {
      const { slots } = m.frame
      slots[proven] = false
      slots[loops] = m.loops
      slots[waiting] = m.suspended
      recorder.record({ kind: 'goal', ...eventOf(m, before) })
      m.pushRetry(failed, undefined)
      return first
    }
  }

  function eventOf(m: Machine, slots: ReadonlyMap<string, number>): GoalEvent {
    const values = () => new Map([...slots].map(([name, slot]) => [name, exportTerm(m, m.frame.slots[slot])]))
    return { goal, depth: m.frame.depth, values }
  }
}

/** Sends an event when the head of a rule matches or does not match, and whenever its body is proven. */
function tracedRule(scope: Scope, recorder: Recorder, rule: Rule): ReturnType<Tracer['rule']> {
  const matched = scope.temporary()
  const record = (m: Machine, kind: 'rule' | 'unmatched' | 'applied'): void =>
    recorder.record({ kind, rule, depth: m.frame.depth })
  const unmatched: Retry = (m) => {
    m.choices.pop()
    if (m.frame.slots[matched] !== true) record(m, 'unmatched')
    return fail
  }
  return {
    end: (m) => {
      record(m, 'applied')
      return exit
    },
    body: (steps) => (m) => {
      m.frame.slots[matched] = true
      record(m, 'rule')
      return steps
    },
    head: (matching) => (m) => {
      m.frame.slots[matched] = false
      m.pushRetry(unmatched, undefined)
      return matching
    },
  }
}

/** Returns the slots of the variables of a goal that have been mentioned so far. */
function slotsOf(c: Context, goal: Expression): ReadonlyMap<string, number> {
  const slots = new Map<string, number>()
  for (const name of occurrences(goal).keys()) {
    const slot = c.scope.names.get(name)
    if (slot !== undefined && c.scope.isReady(slot)) slots.set(name, slot)
  }
  return slots
}
