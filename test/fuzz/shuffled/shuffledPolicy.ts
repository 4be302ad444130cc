import { type Goal, type PolicyTree, printRule } from '../policyTree.js'
import type { Random } from '../random.js'

/** The texts of a policy's files. */
export type PolicyTexts = readonly string[]

/** Puts parts that have no order into another one. A planted fault loses a part. */
export type Arrangement = <Part>(parts: readonly Part[], random: Random) => readonly Part[]

export const shuffled: Arrangement = (parts, random) => random.shuffled(parts)

/**
 * Returns the same policy in another order: of its files, its rules and blocks, the statements of each block, what a
 * declaration lists, and the alternatives of each `or`. Goals that `and` joins keep their order.
 */
export function shuffledPolicy(
  { blocks, rules }: PolicyTree,
  random: Random,
  arrange: Arrangement = shuffled,
): PolicyTexts {
  const statements = [
    ...blocks.map((block) => shuffledBlock(block, random)),
    ...arrange(rules, random).map(({ head, body }) =>
      printRule({ head, body: body && shuffledAlternatives(body, random, arrange) }),
    ),
  ]
  return dividedAtRandom(random.shuffled(statements), random)
}

function shuffledAlternatives(goal: Goal, random: Random, arrange: Arrangement): Goal {
  const inside = (one: Goal): Goal => shuffledAlternatives(one, random, arrange)
  switch (goal.kind) {
    case 'goal':
      return goal
    case 'and':
      return { kind: 'and', of: goal.of.map(inside) }
    case 'or':
      return { kind: 'or', of: arrange(goal.of.map(inside), random) }
    case 'not':
      return { kind: 'not', of: inside(goal.of) }
    case 'forall':
      return { kind: 'forall', each: inside(goal.each), action: inside(goal.action) }
  }
}

/** Shuffles the statements of a block, and the lists and dictionaries that they declare. */
function shuffledBlock(block: string, random: Random): string {
  return block.replace(/^([^{]*\{)(.*)\}$/s, (_, head: string, content: string) => {
    const statements = content.split(';').map((one) => one.trim())
    const declared = statements
      .filter((one) => one !== '')
      .map((one) =>
        one.replace(/([[{])(.*)([\]}])/s, (_whole, open: string, entries: string, close: string) =>
          [open, random.shuffled(entries.split(',')).join(','), close].join(' '),
        ),
      )
    return `${head} ${random
      .shuffled(declared)
      .map((one) => `${one};`)
      .join(' ')} }`
  })
}

function dividedAtRandom(statements: readonly string[], random: Random): PolicyTexts {
  const files: string[][] = Array.from({ length: random.integer(1, 3) }, () => [])
  for (const statement of statements) random.pick(files).push(statement)
  return files.map((file) => file.join('\n'))
}
