import { PolicyError } from '@arcturus/core'
import { mutatedSources, policyMutants } from '../../../packages/testing/src/mutation/mutants.js'
import { Prepared } from '../evaluators.js'
import { caseOf } from '../fuzz.js'
import { shuffledGoals } from '../goalOrders.js'
import type { PolicyTree } from '../policyTree.js'
import { Random } from '../random.js'
import type { Case } from '../randomCase.js'
import { randomPolicy } from '../randomPolicy.js'

/** Two policies over the rows of one world: that of a case, and a new one. */
export interface Pair {
  readonly asked: Case
  readonly after: PolicyTree
}

/** How the new policy is made of the old one. */
export type Change = 'mutant' | 'drawn' | 'arranged'

/**
 * The pair of a seed and an index, always the same one.
 * @throws PolicyError for a policy that can't be loaded.
 */
export function pairOf(seed: number, index: number): Pair & { readonly change: Change } {
  const { asked } = caseOf(seed, index)
  const random = Random.ofCase(seed ^ 0x6d2b79f5, index)
  const change = random.weighted<Change>({ mutant: 6, drawn: 3, arranged: 1 })
  const after = {
    mutant: () => mutantOf(asked, random),
    drawn: () => randomPolicy(random, asked.world, asked.model).tree,
    arranged: () => arranged(asked.policy, random),
  }[change]()
  return { asked, after, change }
}

/** The other case of a pair: the same question, by the new policy. */
export function caseAfter({ asked, after }: Pair): Case {
  return { ...asked, policy: after }
}

/** A mutant that loads. Its text is no tree: it stands as one declaration. */
function mutantOf(asked: Case, random: Random): PolicyTree {
  const { policy, schema } = new Prepared(asked).machine
  for (const mutant of random.shuffled([...policyMutants(policy!, schema)])) {
    const tree: PolicyTree = { blocks: mutatedSources(policy!, mutant).map(({ text }) => text), rules: [] }
    if (loads({ ...asked, policy: tree })) return tree
  }
  return asked.policy
}

function loads(asked: Case): boolean {
  try {
    return new Prepared(asked).machine.policy !== undefined
  } catch (error) {
    if (error instanceof PolicyError) return false
    throw error
  }
}

/** The same policy, its rules and goals in another order. */
function arranged(policy: PolicyTree, random: Random): PolicyTree {
  const { blocks, rules } = shuffledGoals(policy, random)
  return { blocks, rules: random.shuffled([...rules]) }
}
