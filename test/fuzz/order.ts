import { actorOf, check, type Outcome, Prepared } from './evaluators.js'
import { hasCut } from './policyTree.js'
import { Random } from './random.js'

/**
 * Returns whether the machine says something else of a check with the collections in some other order, which a database does not keep.
 * Only a `cut` can cause that.
 * @param isExpected - Holds for what it says with the collections as they are.
 */
export function dependsOnOrder(
  { asked }: Pick<Prepared, 'asked'>,
  { actor, action, row }: { readonly actor: number | null; readonly action: string; readonly row: number },
  isExpected: (outcome: Outcome) => boolean,
): boolean {
  return hasCut(asked.policy) && isSaidInSomeOrder({ asked }, { actor, action, row }, (outcome) => !isExpected(outcome))
}

/** Returns whether the machine says something of a check with the collections in some other order. */
export function isSaidInSomeOrder(
  { asked }: Pick<Prepared, 'asked'>,
  { actor, action, row }: { readonly actor: number | null; readonly action: string; readonly row: number },
  isIt: (outcome: Outcome) => boolean,
): boolean {
  const random = new Random(1)
  for (let attempt = 0; attempt < 24; attempt++) {
    const arranged = new Prepared(asked, (elements) =>
      attempt === 0 ? elements.toReversed() : random.shuffled(elements),
    )
    const outcome = check(arranged.machine, actorOf(arranged, actor), action, arranged.objects.rows[row])
    if (isIt(outcome)) return true
  }
  return false
}
