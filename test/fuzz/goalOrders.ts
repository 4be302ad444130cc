import { all, countNames, type Goal, namesIn, type PolicyTree, printGoal } from './policyTree.js'
import type { Random } from './random.js'

/** Arranges the goals of a conjunction that can change places with each other and with the rest. */
export type Shuffle = (movable: readonly Goal[], random: Random) => readonly Goal[]

/**
 * The same policy with the goals of its conjunctions in another order. A goal changes its place if it shares no variable with the
 * goals around it: then its place makes no difference, unless an error is met on the way. Nothing moves beside a `cut`.
 */
export function shuffledGoals(
  { blocks, rules }: PolicyTree,
  random: Random,
  shuffle: Shuffle = (movable) => random.shuffled(movable),
): PolicyTree {
  const shuffled = rules.map(({ head, body }) => {
    if (!body || hasCut(body)) return { head, body }
    const uses = countNames(body)
    const known = namesIn(head)
    /** Whether the variables of a goal are those of the head, or its own. */
    const isClosed = (goal: Goal): boolean =>
      [...countNames(goal)].every(([name, count]) => known.has(name) || uses.get(name) === count)
    const inside = (goal: Goal): Goal => {
      switch (goal.kind) {
        case 'goal':
          return goal
        case 'or':
          return { kind: 'or', of: goal.of.map(inside) }
        case 'not':
          return { kind: 'not', of: inside(goal.of) }
        case 'forall':
          return { kind: 'forall', each: inside(goal.each), action: inside(goal.action) }
        case 'and': {
          const of = goal.of.map(inside)
          const rest = of.filter((one) => !isClosed(one))
          const movable = shuffle(of.filter(isClosed), random)
          const places = random.shuffled([...movable.map(() => true), ...rest.map(() => false)])
          const [moved, kept] = [[...movable], [...rest]]
          return all(...places.map((isMoved) => (isMoved ? moved : kept).shift()!))
        }
      }
    }
    return { head, body: inside(body) }
  })
  return { blocks, rules: shuffled }
}

function hasCut(goal: Goal): boolean {
  return /\bcut\b/.test(printGoal(goal).replace(/"(?:[^"\\]|\\.)*"/g, ''))
}
