import { RuleIndex } from '../../policy/ruleIndex.js'
import { entryOf } from '../../values/entryOf.js'
import type { Host } from '../host/host.js'
import type { Term } from '../state/term.js'
import { type Candidate, keyOf, literalsAt } from './dispatch.js'

/** What rules test of one argument, and the rules that are left for each key of it. */
interface Tests {
  /** Whether any rule tests the argument. */
  readonly areAny: boolean
  readonly literals: ReadonlySet<unknown> | undefined
  readonly index: RuleIndex<Candidate>
  readonly left: Kinds<Selection>
}

/** Rules of one name and arity that some arguments do not exclude. Calls with the same constants share it. */
export class Selection {
  /** Made on first use. */
  readonly #tests: Tests[] = []

  constructor(readonly rules: readonly Candidate[]) {}

  /** Returns whether any rule tests an argument. */
  asks(at: number): boolean {
    return this.#testsOf(at).areAny
  }

  /** Returns the constants that rules compare an argument with; undefined if there are none. */
  literals(at: number): ReadonlySet<unknown> | undefined {
    return this.#testsOf(at).literals
  }

  /** Returns the rules that an argument does not exclude by itself. */
  given(host: Host, at: number, arg: Term): Selection {
    const { areAny, literals, index, left } = this.#testsOf(at)
    if (!areAny) return this
    return entryOf(left, keyOf(host, arg, literals), () => {
      const rules = index.passing((rule) => rule.admits(host, at, arg))
      return rules.length === this.rules.length ? this : new Selection(rules)
    })
  }

  #testsOf(at: number): Tests {
    const { rules } = this
    this.#tests[at] ??= {
      areAny: rules.some((rule) => rule.asks(at)),
      literals: literalsAt(rules, at),
      index: new RuleIndex(rules, (rule) => rule.test(at)),
      left: new Kinds(),
    }
    return this.#tests[at]
  }
}

/**
 * Values by the exact keys of arguments. A class that is not a model may belong to a single object,
 * so it is held weakly.
 */
export class Kinds<V> {
  readonly #values = new Map<unknown, V>()
  readonly #classes = new WeakMap<object, V>()

  get(key: unknown): V | undefined {
    return isObject(key) ? this.#classes.get(key) : this.#values.get(key)
  }

  set(key: unknown, found: V): void {
    if (isObject(key)) this.#classes.set(key, found)
    else this.#values.set(key, found)
  }
}

function isObject(key: unknown): key is object {
  return typeof key === 'function' || (typeof key === 'object' && key !== null)
}
