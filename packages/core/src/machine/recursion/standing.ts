import type { Call, Expression, Node, Rule } from '../../language/ast.js'
import { plainRule } from '../../language/head.js'
import { occurrences } from '../../language/mentions.js'
import { descendants } from '../../language/visit.js'
import { entryOf } from '../../values/entryOf.js'

/**
 * Returns the calls in a rule that pass on only literals and values that the rule received. In
 * `banned(u) if banned(u);` the call of `banned` is one. In `banned(u) if banned(u.boss);` it reads
 * data first.
 *
 * A recursion that consists of such calls depends on itself whatever the data are. A recursion that
 * reads data is a search along the data, which fails when it returns to an earlier point.
 * @param rules - All rules of the policy, by name.
 */
export function standingCalls(rule: Rule, rules: ReadonlyMap<string, readonly Rule[]>): ReadonlySet<Call> {
  const goals = goalsOf(rule)
  const given = new Given(goals, rules, headVariables(rule))
  return new Set(
    goals.filter((goal) => goal.kind === 'call').filter((call) => call.args.every((arg) => given.has(arg))),
  )
}

/** The variables of a rule that hold only values that it received. */
class Given {
  readonly #names: Set<string>
  /** The variables that a goal binds to data. A call cannot bind them to something else. */
  readonly #read: ReadonlySet<string>

  constructor(goals: readonly Node[], rules: ReadonlyMap<string, readonly Rule[]>, names: Iterable<string>) {
    this.#names = new Set(names)
    this.#read = new Set(goals.flatMap(boundToData))
    for (let size = -1; size < this.#names.size; ) {
      size = this.#names.size
      for (const goal of goals) this.#learn(goal, rules)
    }
  }

  has(node: Expression): boolean {
    switch (node.kind) {
      case 'variable':
        return node.name === 'nil' || this.#names.has(node.name)
      case 'number':
      case 'string':
      case 'boolean':
        return true
      case 'list':
        return node.rest === undefined && node.elements.every((element) => this.has(element))
      case 'dictionary':
        return node.entries.every(({ value }) => this.has(value))
      default:
        return false
    }
  }

  #learn(goal: Node, rules: ReadonlyMap<string, readonly Rule[]>): void {
    switch (goal.kind) {
      case 'unify':
      case 'assign':
        if (this.has(goal.right)) this.#add(goal.left)
        if (this.has(goal.left)) this.#add(goal.right)
        return
      case 'in':
        if (goal.collection.kind === 'list' && this.has(goal.collection)) this.#add(goal.item)
        return
      case 'call':
        goal.args.forEach((arg, at) => {
          if (arg.kind !== 'variable' || this.#read.has(arg.name) || this.has(arg)) return
          if (passTo(rules.get(goal.name) ?? [], at, goal.args, this)) this.#add(arg)
        })
    }
  }

  #add(node: Expression): void {
    if (node.kind === 'variable' && node.name !== '_') this.#names.add(node.name)
    if (node.kind === 'list') for (const element of node.elements) this.#add(element)
  }
}

/**
 * Returns the variables that a goal binds to data: `x` in `x = u.boss` and in `x in u.friends`.
 */
function boundToData(goal: Node): readonly string[] {
  const pairs: readonly (readonly [Expression, Expression])[] =
    goal.kind === 'unify' || goal.kind === 'assign'
      ? [
          [goal.left, goal.right],
          [goal.right, goal.left],
        ]
      : goal.kind === 'in'
        ? [[goal.item, goal.collection]]
        : []
  return pairs.flatMap(([target, source]) => (target.kind === 'variable' && isRead(source) ? [target.name] : []))
}

function isRead(node: Expression): boolean {
  return node.kind === 'dot'
}

/**
 * Returns whether any rule of a name can bind a parameter to another argument that is given, as
 * `same(x, x);` does.
 */
function passTo(rules: readonly Rule[], at: number, args: readonly Expression[], given: Given): boolean {
  const areGiven = args.map((arg, index) => index !== at && given.has(arg))
  const known = entryOf(passed, rules, () => new Map<string, boolean>())
  return entryOf(known, `${at} ${areGiven.join()}`, () =>
    rules.some(
      (rule) =>
        rule.parameters.length === args.length &&
        rule.parameters[at]!.term.kind === 'variable' &&
        passesParameter(rule, at, areGiven),
    ),
  )
}

/** The results by the rules of a name. A policy can call a thousand rules from a thousand places. */
const passed = new WeakMap<readonly Rule[], Map<string, boolean>>()

/** @param areGiven - For each parameter, whether its argument is given. */
function passesParameter(rule: Rule, at: number, areGiven: readonly boolean[]): boolean {
  const { parameters } = plainRule(rule)
  const inputs = parameters.flatMap(({ term }, index) =>
    areGiven[index] && term.kind === 'variable' ? [term.name] : [],
  )
  return new Given(goalsOf(rule), new Map(), inputs).has(parameters[at]!.term)
}

/**
 * Returns the variables of arguments or of their parts, without the fields that a pattern reads.
 */
function headVariables(rule: Rule): Iterable<string> {
  return occurrences(...plainRule(rule).parameters.map(({ term }) => term)).keys()
}

/** Returns all goals of a rule, at any depth. */
function goalsOf(rule: Rule): readonly Node[] {
  return plainRule(rule).goals.flatMap((goal) => descendants(goal))
}
