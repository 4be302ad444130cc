import { ArcturusError } from '@arcturus/core'
import type { Answer, Disagreement } from './compare.js'
import { actorOf, type Outcome, Prepared, showOutcome } from './evaluators.js'
import { Random } from './random.js'
import { fieldsOf } from './world.js'

/** How many checks of a case are asked again. */
const asked = 8

/**
 * Asks some checks of a case again, of rows that hold promises of some of their values. The answers stay the same; an error may be
 * another one.
 */
export async function comparePromised(
  known: Prepared,
  answers: readonly Answer[],
  count: (evaluator: string) => void,
): Promise<readonly Disagreement[]> {
  const prepared = new Prepared(known.asked)
  promise(prepared)
  const wrong: Disagreement[] = []
  for (const { actor, action, row, machine } of new Random(3).sample(answers, asked)) {
    const disagree = (evaluator: string, other: Outcome): void => {
      const isError = [machine, other].map((one) => typeof one === 'object')
      if (machine === other || isError.every(Boolean)) return
      // What objects leave out can be looked for, and the schema can promise it.
      if (isError.some(Boolean) && prepared.objects.stored) return
      wrong.push({ evaluator, actor, action, row, machine: showOutcome(machine), other: showOutcome(other) })
    }
    const subject = actorOf(prepared, actor)
    const resource = prepared.objects.rows[row]!
    for (const name of ['machine', 'predicates', 'source'] as const) {
      count(`promised ${name}`)
      disagree(`promised ${name}`, await eventually(() => prepared[name].isAllowed(subject, action, resource)))
    }
  }
  return wrong
}

function promise({ asked: { world }, objects }: Prepared): void {
  for (const [index, { model }] of world.rows.entries()) {
    const row = objects.rows[index]!
    for (const field of fieldsOf(world, model)) {
      const { name } = field
      const owner = world.models.find(({ fields }) => fields.includes(field))!
      if (!world.habits?.promised?.includes(`${owner.name}.${name}`) || !(name in row)) continue
      const value = Promise.resolve(Reflect.get(row, name))
      Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })
    }
  }
}

async function eventually(ask: () => Promise<boolean>): Promise<Outcome> {
  try {
    return (await ask()) ? 'true' : 'false'
  } catch (error) {
    if (error instanceof ArcturusError) return { error: error.code, message: error.summary }
    throw error
  }
}
