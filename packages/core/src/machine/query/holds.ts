import type { Span } from '../../language/source.js'
import type { CallSite } from '../calls/callSite.js'
import { call } from '../goals/callGoal.js'
import type { Host } from '../host/host.js'
import type { Program } from '../program/program.js'
import { Cell } from '../state/cell.js'
import { Deadline } from '../state/deadline.js'
import { outerEvaluation } from '../state/evaluation.js'
import { Frame } from '../state/frame.js'
import { defaultLimits, type Limits } from '../state/limits.js'
import { Machine } from '../state/machine.js'
import { stillWaiting } from '../state/once.js'
import { type Step, stop } from '../state/step.js'
import type { Term } from '../state/term.js'
import { Variable } from '../state/variable.js'
import { explain } from './errors.js'
import { solved } from './start.js'

/** Receives the places of the errors that a proof met and outlived. */
export type OutlivedListener = (places: readonly Span[]) => void

export interface HoldsOptions {
  /** The application for this query, if it differs from the program's host: see `QueryOptions`. */
  readonly host?: Host | undefined
  /** The deadline of a question that has waited already. */
  readonly deadline?: Deadline
  readonly outlived?: OutlivedListener
}

/**
 * Returns whether a call of a rule with these arguments can be proven.
 * @throws QueryError
 */
export function holds(
  program: Program,
  rule: string,
  args: readonly unknown[],
  limits: Limits = defaultLimits,
  { host = program.host, deadline, outlived }: HoldsOptions = {},
): boolean | Promise<boolean> {
  const m = machineFor(program, limits)
  m.host = host
  m.asynchronous = true
  if (!prove(m, program, rule, args)) return wait(m, program, deadline ?? new Deadline(m.limits.asyncTime), outlived)
  return finish(m, program, outlived)
}

/**
 * Returns whether a call of a rule with these arguments can be proven.
 * @param host - As for `holds`.
 * @throws QueryError, `async-value` for a promise.
 */
export function holdsSync(
  program: Program,
  rule: string,
  args: readonly unknown[],
  limits: Limits = defaultLimits,
  { host = program.host, outlived }: Omit<HoldsOptions, 'deadline'> = {},
): boolean {
  const m = machineFor(program, limits)
  m.host = host
  m.asynchronous = false
  prove(m, program, rule, args)
  return finish(m, program, outlived)
}

function machineFor(program: Program, limits: Limits): Machine {
  // code of the application may start another query during this one; that query gets a machine of
  // its own
  const m = program.idle ?? new Machine(program.host)
  program.idle = undefined
  m.program = program
  m.limits = limits
  return m
}

const root: Frame = new Frame([], undefined, stop, undefined, 0, 0, 0, undefined)

/** Calls the rule of the query. One step serves all queries: a new function is slow in its first call. */
const ask: Step = (m) => {
  const { site, slots } = m.frame
  // Sound: `prove` wrote the site.
  return call(m, site as CallSite, slots, decided)
}

/**
 * The end of a proof. Goals that wait for a variable decide nothing.
 */
const decided: Step = (m) => {
  if (m.suspended > 0) throw stillWaiting(m)
  return solved(m)
}

/** Runs the query; returns true if it has a result, and false if it has to wait. */
function prove(m: Machine, program: Program, rule: string, args: readonly unknown[]): boolean {
  try {
    const site = program.site(rule, args.length)
    const slots: Term[] = new Array(site.predicate.capacity)
    for (let at = 0; at < args.length; at++) {
      const arg = args[at]
      slots[at] = arg instanceof Variable ? new Cell(0, true, arg.name) : arg
    }
    m.begin(new Frame(slots, undefined, stop, site, 0, 0, 0, undefined), ask)
    return run(m)
  } catch (thrown) {
    throw explain(m, thrown)
  }
}

function run(m: Machine): boolean {
  m.run()
  return m.state !== 'waiting'
}

async function wait(
  m: Machine,
  program: Program,
  deadline: Deadline,
  outlived: OutlivedListener | undefined,
): Promise<boolean> {
  const evaluation = outerEvaluation()
  const isOver = (): boolean => (evaluation ? evaluation.run(() => run(m)) : run(m))
  const proven = async (): Promise<boolean> => {
    do await m.arrival()
    while (!deadline.isOver && !isOver())
    return deadline.isOver ? false : finish(m, program, outlived)
  }
  try {
    return await deadline.meet(proven())
  } catch (thrown) {
    throw explain(m, thrown)
  } finally {
    deadline.clear()
  }
}

/** Returns the result. The machine is free for the next query, and holds nothing of this one. */
function finish(m: Machine, program: Program, outlived: OutlivedListener | undefined): boolean {
  const answer = m.state === 'solution'
  const places = answer && outlived ? m.failures.outlived() : []
  m.release(root)
  m.host = program.host
  program.idle = m
  if (places.length > 0) outlived!(places)
  return answer
}
