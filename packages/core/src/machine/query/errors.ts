import { QueryError, RelationNotLoadedError } from '../../errors.js'
import { type Span, spanText } from '../../language/source.js'
import { Fault } from '../../values/fault.js'
import type { Frame } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
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

/** Number of calls shown at each end of a long stack. */
const shown = 10

/** Returns the Polar stack of a frame: the calls that led to it, the innermost last. */
function stackText(frame: Frame, innermost: Span | undefined): string {
  const frames: Frame[] = []
  for (let at = frame; at.parent !== at; at = at.parent) if (at.site !== undefined) frames.push(at)
  const entries: string[] = []
  const add = (text: string) => entries.push(`  ${String(entries.length).padStart(3, '0')}: ${text}`)
  if (innermost !== undefined) add(placeText(innermost, frame.site?.predicate.name))
  frames.forEach((one, at) => {
    if (at < shown || at >= frames.length - shown) add(callText(one))
    else if (at === shown) entries.push(`  … ${frames.length - 2 * shown} more`)
  })
  return entries.length === 0 ? '' : `trace (most recent evaluation last):\n${entries.reverse().join('\n')}`
}

function callText(frame: Frame): string {
  const site = frame.site!
  return site.node === undefined ? `${site.predicate.name}(…)\n    in query` : placeText(site.node.span, site.owner)
}

/** Returns the text of a place in a policy, and below it where it is. */
export function placeText(span: Span, owner: string | undefined): string {
  const { line, column } = span.source.position(span.start)
  return `${spanText(span)}\n    ${owner === undefined ? 'in query' : `in rule ${owner}`} at line ${line}, column ${column}`
}
