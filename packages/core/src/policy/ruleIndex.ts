import { entryOf } from '../values/entryOf.js'

/**
 * The rules of one name by the test that their heads make of one argument. Rules with the same test
 * are tested once: a policy of many blocks has few tests, and most rules of each fail together.
 */
export class RuleIndex<R> {
  /** The rules that have each test, with their places in the policy's order. */
  readonly #byTest = new Map<unknown, [place: number, rule: R][]>()

  /** @param testOf - Returns the key of a rule's test; undefined if the argument can't exclude the rule. */
  constructor(rules: readonly R[], testOf: (rule: R) => unknown) {
    for (const [place, rule] of rules.entries()) entryOf(this.#byTest, testOf(rule), () => []).push([place, rule])
  }

  /**
   * Returns the rules that an argument does not exclude, in their order.
   * @param passes - Returns whether the argument passes the test of a rule.
   */
  passing(passes: (rule: R) => boolean): readonly R[] {
    const passing = [...this.#byTest].flatMap(([test, rules]) =>
      test === undefined || passes(rules[0]![1]) ? rules : [],
    )
    return passing.sort(([a], [b]) => a - b).map(([, rule]) => rule)
  }
}
