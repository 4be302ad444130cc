import type { Call, Expression, Rule } from '../../language/ast.js'
import { entryOf } from '../../values/entryOf.js'
import type { PolicyContext } from './check.js'
import { demandOf, Heads, type Shape } from './heads.js'
import { renamed } from './renamed.js'

/** How many calls deep helpers are followed, and how many calls of one rule. */
const DEEP = 3
const CALLS = 100

/** A body of a helper in which the arguments of one call stand for the parameters. */
export interface Followed {
  /** What holds once the head matches. */
  readonly guards: readonly Expression[]
  readonly body: Expression
}

/**
 * Puts the arguments of calls into the rules that they call, so that paths are followed through helpers such as
 * `is_active(x) if x.active = true`.
 */
export class Helpers {
  readonly #heads: Heads
  /** Whether rules of a name can be followed. */
  readonly #names = new Map<string, boolean>()
  readonly #demands = new Map<Rule, readonly Shape[]>()
  readonly #open: Rule[] = []
  #left = 0

  constructor(private readonly context: PolicyContext) {
    this.#heads = new Heads(context)
  }

  /** Begins a rule, whose calls are followed. */
  begin(): void {
    this.#left = CALLS
  }

  /** Whether a helper is being followed. */
  get isInside(): boolean {
    return this.#open.length > 0
  }

  /** Returns whether a rule with this name can be followed. */
  has(name: string): boolean {
    const { rules, expanded } = this.context
    return entryOf(this.#names, name, () =>
      (rules.get(name) ?? []).some(
        (rule) => rule.body && !expanded.has(rule) && rule.parameters.some((one) => demandOf(one) === ''),
      ),
    )
  }

  /**
   * Returns the rule of a call, if it is the only one that can match and has a parameter without a class; undefined
   * for any other. With several rules, a mistake in one does not make the call fail.
   */
  ruleOf(name: string, shapes: readonly Shape[]): Rule | undefined {
    if (this.#open.length === DEEP || this.#left === 0) return undefined
    let found: Rule | undefined
    for (const rule of this.context.rules.get(name) ?? []) {
      const demands = entryOf(this.#demands, rule, () => rule.parameters.map(demandOf))
      if (demands.length !== shapes.length) continue
      if (!demands.every((demand, index) => this.#heads.accepts(demand, shapes[index]!))) continue
      if (found || !rule.body || this.context.expanded.has(rule) || this.#open.includes(rule)) return undefined
      found = rule
    }
    return found
  }

  /** Runs a function while a rule is followed. */
  inside(rule: Rule, run: () => void): void {
    this.#left--
    this.#open.push(rule)
    run()
    this.#open.pop()
  }

  /** Returns the body of a rule with arguments in place of its parameters. */
  withArguments({ parameters, body }: Rule, { args, span: place }: Call): Followed {
    const values = new Map<string, Expression>()
    const guards: Expression[] = []
    // Variables of the helper must not meet those of its caller.
    const suffix = `#${this.#open.length + 1}`
    const put = <T>(node: T): T =>
      renamed(
        node,
        (variable, needsName) => {
          const value = values.get(variable.name)
          if (value && (!needsName || value.kind === 'variable' || value.kind === 'string')) return value
          return { ...variable, name: this.#other(variable.name, suffix) }
        },
        place,
      )
    for (const [index, { term, pattern, span }] of parameters.entries()) {
      const value = args[index]!
      if (term.kind === 'variable' && !this.context.schema.isName(term.name) && !values.has(term.name))
        values.set(term.name, value)
      else guards.push({ kind: 'unify', left: value, right: term, span })
      if (pattern) guards.push({ kind: 'matches', value, pattern, span })
    }
    return { guards: guards.map(put), body: put(body!) }
  }

  #other(name: string, suffix: string): string {
    return this.context.schema.isName(name) || name === '_' ? name : name + suffix
  }
}
