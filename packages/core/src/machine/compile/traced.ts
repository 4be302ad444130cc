import type { Expression } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import type { Recorder } from '../trace.js'
import type { Plan } from './plan.js'

/** A goal that tells a recorder when it begins and whenever it is proven. */
export function traced(recorder: Recorder, goal: Expression, plan: Plan): Plan {
  return (next) => {
    const first = plan((m) => {
      recorder.record({ kind: 'proven', goal, depth: m.frame.depth })
      return next
    })
    return (m) => {
      recorder.record({ kind: 'goal', goal, depth: m.frame.depth, text: () => spanText(goal.span) })
      return first
    }
  }
}
