import { QueryError, RelationNotLoadedError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { Fault } from '../../values/fault.js'
import type { Frame } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { stackText } from '../state/stack.js'
import { originOf } from './origin.js'

type Trace = (m: Machine, frame: Frame, innermost: Span | undefined) => string

const callsAlone: Trace = (_, frame, innermost) => stackText(frame, innermost)
let traceWithGoals: Trace = callsAlone

/** Sets how errors are traced for hosts with `tracesGoals`. Other entries work without it. */
export function provideGoalTrace(trace: Trace): void {
  traceWithGoals = trace
}

/** Returns the application's view of an error that a step threw. */
export function explain(m: Machine, thrown: unknown): unknown {
  if (thrown instanceof Fault) {
    const { span = m.at, hint, data, cause } = thrown.details
    return make(m, thrown.code, thrown.summary, span, { hint, data: originOf(m, data), cause })
  }
  // as in `oso`, a TypeError is a mistake of the policy; all other errors belong to the application
  if (thrown instanceof TypeError && m.at !== undefined && !m.raw) {
    return make(m, 'application-error', thrown.message, m.at, { cause: thrown })
  }
  return thrown
}

function make(
  m: Machine,
  code: QueryError['code'],
  summary: string,
  span: Span | undefined,
  details: Pick<Fault['details'], 'hint' | 'data' | 'cause'>,
): QueryError {
  const trace = (m.host.tracesGoals ? traceWithGoals : callsAlone)(m, m.frame, span)
  const all = { span, trace, ...details }
  return code === 'relation-not-loaded'
    ? new RelationNotLoadedError(code, summary, all)
    : new QueryError(code, summary, all)
}
