import { compile, SchemaHost } from '../../packages/core/src/machine/index.js'
import { actorOf, type Outcome, outcomeOf, type Prepared } from './evaluators.js'

/** A host that lets the machine go on behind the proof that settles a negation, as `oso` does. */
class ThoroughHost extends SchemaHost {
  override readonly runsLikeOso: boolean = true
}

/** The machine's answer to a check if it evaluates all proofs inside `not`, with their errors. */
export function checkMeetingAllProofs(
  prepared: Prepared,
  asked: { readonly actor: number | null; readonly action: string; readonly row: number },
): Outcome {
  const { schema, policy } = prepared.machine
  const program = compile(policy!, new ThoroughHost(schema))
  const args = [actorOf(prepared, asked.actor), asked.action, prepared.objects.rows[asked.row]]
  return outcomeOf(() => program.holdsSync('allow', args))
}
