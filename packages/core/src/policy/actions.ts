import type { Call, Expression, Node, Pattern, Rule } from '../language/ast.js'
import type { Span } from '../language/source.js'
import { children, descendants, eachGoal } from '../language/visit.js'
import { hasCustomInstanceCheck } from '../schema/classes.js'
import type { Schema } from '../schema/schema.js'
import type { Policy } from './policy.js'

/** The actions that a policy names, as far as its text alone tells. */
export interface ActionNames {
  /** The names that rules compare an action with, and the permissions of all blocks. */
  readonly names: ReadonlySet<string>
  /**
   * The first place where a rule compares an action with data, such as `action in role.permissions`:
   * any action can be meant then. Undefined if the names are all actions.
   */
  readonly open: Span | undefined
  /** Whether a rule can hold for an action without a name, such as `allow(admin: Admin, _, _)`. */
  readonly isWild: boolean
}

/** A parameter of the rules of one name and arity. */
interface Parameter {
  readonly name: string
  readonly arity: number
  readonly index: number
}

/** The action of a check. */
export const checkedAction: Parameter = { name: 'allow', arity: 3, index: 1 }
/** The action on a field. */
export const fieldAction: Parameter = { name: 'allow_field', arity: 4, index: 1 }
/** The field of a check of a field. It is followed like an action. */
export const checkedField: Parameter = { name: 'allow_field', arity: 4, index: 3 }

/**
 * Returns whether a goal or a rule can hold for an action that it does not name.
 * @param wild - The keys of the parameters that accept any action.
 */
type CanBeWild = (wild: ReadonlySet<string>) => boolean
const always: CanBeWild = () => true

/**
 * Follows the action from the heads of entry rules through variables and calls.
 *
 * A comparison with a string names an action. A variable that is only passed on, and `_`, add
 * nothing. Any other use compares the action with data. What is inside `not` grants nothing, so it counts only if a
 * rule accepts any action.
 *
 * @param isRegistered - Returns whether a name is a constant or a class, not a variable.
 */
export function actionNames(
  policy: Pick<Policy, 'rules' | 'blocks'>,
  entries: readonly Parameter[],
  isRegistered: (name: string) => boolean,
): ActionNames {
  const flow = new ActionFlow(policy, isRegistered)
  for (const entry of entries) flow.follow(entry)
  return flow.result(entries)
}

/** The rules whose second argument is an action, and whose third argument is its resource. */
const actionRules = ['allow', 'has_permission'] as const

/**
 * Returns the part of a policy that concerns the rows of one model: without the blocks of other
 * classes, and without the rules for an action whose resource is of another class.
 * @param names - The rules whose third argument is the resource. Default: those about actions.
 */
export function policyFor(
  policy: Pick<Policy, 'rules' | 'blocks'>,
  schema: Schema,
  model: string,
  names: readonly string[] = actionRules,
): Pick<Policy, 'rules' | 'blocks'> {
  const rules = new Map(policy.rules)
  /** Returns whether no row of the model is an instance of a class. */
  const isOther = (name: string): boolean => {
    const other = schema.models.get(name)
    if (!other || hasCustomInstanceCheck(other)) return false
    return !schema.isSubclass(model, name) && !schema.isSubclass(name, model)
  }
  const concerns = ({ parameters }: Rule): boolean => {
    const pattern = parameters[2]?.pattern
    return pattern?.kind !== 'class pattern' || !isOther(pattern.tag)
  }
  for (const name of names) rules.set(name, rules.get(name)?.filter(concerns) ?? [])
  return { rules, blocks: new Map([...policy.blocks].filter(([name]) => !isOther(name))) }
}

/**
 * Returns whether a rule passes its action on for another resource than its own:
 * `has_permission(user, action, task: Task) if has_permission(user, action, task.project)`.
 */
export function delegatesActions({ rules }: Pick<Policy, 'rules'>): boolean {
  for (const same of rules.values()) for (const rule of same) if (rule.body && delegates(rule, rule.body)) return true
  return false
}

function delegates({ name, parameters }: Rule, body: Expression): boolean {
  const own = isActionRule(name) && parameters.length === 3 ? parameters[2]?.term : undefined
  return descendants(body).some((node) => {
    if (node.kind !== 'call' || !isActionRule(node.name)) return false
    const [, action, resource] = node.args
    const isOwn = own?.kind === 'variable' && resource?.kind === 'variable' && resource.name === own.name
    return action?.kind !== 'string' && !isOwn
  })
}

const isActionRule = (name: string): boolean => actionRules.some((one) => one === name)

const keyOf = ({ name, arity, index }: Parameter): string => `${name}/${arity}/${index}`

class ActionFlow {
  readonly #names = new Set<string>()
  /** The rules whose parameter receives an action, by its key. */
  readonly #receivers = new Map<string, readonly CanBeWild[]>()
  #open: Span | undefined
  /** Looks at goals inside `not`, which name actions only where a rule accepts any. */
  readonly #negated: (() => void)[] = []

  constructor(
    private readonly policy: Pick<Policy, 'rules' | 'blocks'>,
    private readonly isRegistered: (name: string) => boolean,
  ) {}

  /** Follows the action from a parameter to every parameter that it is passed to. */
  follow(start: Parameter): void {
    const waiting = [start]
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { name, arity, index } = next
      const key = keyOf(next)
      if (this.#receivers.has(key)) continue
      const rules = (this.policy.rules.get(name) ?? []).filter(({ parameters }) => parameters.length === arity)
      this.#receivers.set(
        key,
        rules.map((rule) => this.#receiver(rule, index, waiting)),
      )
    }
  }

  result(entries: readonly Parameter[]): ActionNames {
    for (const { permissions } of this.policy.blocks.values()) for (const name of permissions) this.#names.add(name)
    let wild = this.#wildPlaces()
    if (wild.size > 0) {
      for (let look = this.#negated.pop(); look; look = this.#negated.pop()) look()
      wild = this.#wildPlaces()
      for (const rules of this.policy.rules.values())
        for (const { body } of rules) if (body) this.#nameArguments(body, wild)
    }
    return { names: this.#names, open: this.#open, isWild: entries.some((entry) => wild.has(keyOf(entry))) }
  }

  name(value: string): void {
    this.#names.add(value)
  }

  open(span: Span): void {
    this.#open ??= span
  }

  /** @param look - Looks at a goal inside `not`, and puts the parameters that the action is passed to into its list. */
  negated(look: (waiting: Parameter[]) => void): void {
    this.#negated.push(() => {
      const parameters: Parameter[] = []
      look(parameters)
      for (const parameter of parameters) this.follow(parameter)
    })
  }

  /** Returns whether an expression is a variable, not a constant or class. */
  isVariable(one: Expression | Pattern): one is Extract<Expression, { readonly kind: 'variable' }> {
    return one.kind === 'variable' && !this.isRegistered(one.name)
  }

  #receiver(rule: Rule, index: number, waiting: Parameter[]): CanBeWild {
    const { term, pattern } = rule.parameters[index]!
    const isVariable = this.isVariable(term)
    const required = pattern ?? (isVariable ? undefined : term)
    let isOpenHead = true
    if (required?.kind === 'string') {
      this.name(required.value)
      isOpenHead = false
    } else if (required && !isPlainClass(required)) this.open(required.span)
    const variables = isVariable && term.name !== '_' ? sameVariables(rule, term.name, this) : new Set<string>()
    // The same variable in another parameter compares the action with another argument.
    const others = rule.parameters.filter((_, at) => at !== index)
    for (const other of others) if (mentions(other, variables)) this.open(other.span)
    const canBodyBeWild =
      rule.body && variables.size > 0 ? new BodyUses(rule, variables, this).look(rule.body, waiting) : always
    return (wild) => isOpenHead && canBodyBeWild(wild)
  }

  /** Names the strings that calls pass to a parameter that accepts any action. */
  #nameArguments(goal: Expression, wild: ReadonlySet<string>): void {
    // Only goals contain calls of rules.
    for (const node of descendants(goal, eachGoal)) {
      if (node.kind !== 'call') continue
      const { name, args } = node
      args.forEach((one, index) => {
        if (one.kind === 'string' && wild.has(keyOf({ name, arity: args.length, index }))) this.name(one.value)
      })
    }
  }

  /** Returns the parameters of which a rule can hold for an action without a name. */
  #wildPlaces(): ReadonlySet<string> {
    const wild = new Set<string>()
    let isGrowing = true
    while (isGrowing) {
      isGrowing = false
      for (const [key, receivers] of this.#receivers) {
        if (wild.has(key) || !receivers.some((canBeWild) => canBeWild(wild))) continue
        wild.add(key)
        isGrowing = true
      }
    }
    return wild
  }
}

/** Looks at every use of the action's variables in the body of a rule. */
class BodyUses {
  constructor(
    private readonly rule: Rule,
    private readonly variables: ReadonlySet<string>,
    private readonly flow: ActionFlow,
  ) {}

  /** @param waiting - Receives the parameters that the action is passed to. */
  look(goal: Expression, waiting: Parameter[]): CanBeWild {
    switch (goal.kind) {
      case 'and': {
        const all = goal.operands.map((one) => this.look(one, waiting))
        return (wild) => all.every((canBeWild) => canBeWild(wild))
      }
      case 'or': {
        const all = goal.operands.map((one) => this.look(one, waiting))
        return (wild) => all.some((canBeWild) => canBeWild(wild))
      }
      case 'not':
        this.flow.negated((parameters) => this.look(goal.operand, parameters))
        return always
      case 'forall':
        this.look(goal.condition, waiting)
        this.look(goal.action, waiting)
        return always
      case 'unify':
      case 'assign':
        return this.#compare(goal.left, goal.right)
      case 'compare': {
        const isEquality = goal.operator === '==' || goal.operator === '!='
        const canBeWild = isEquality ? this.#compare(goal.left, goal.right) : this.#closed(goal)
        return goal.operator === '==' ? canBeWild : always
      }
      case 'in': {
        const isAction = this.#isAction(goal.item)
        if (mentions(goal.collection, this.variables)) this.flow.open(goal.span)
        else if (isAction) this.#among(goal.collection)
        else this.#closed(goal.item)
        // If the list is not literal, the policy is open.
        return () => !isAction
      }
      case 'matches':
        if (mentions(goal.pattern, this.variables)) this.flow.open(goal.span)
        else if (!this.#isAction(goal.value)) return this.#closed(goal.value)
        else if (goal.pattern.kind === 'string') {
          this.flow.name(goal.pattern.value)
          return () => false
        } else if (!isPlainClass(goal.pattern)) this.flow.open(goal.span)
        return always
      case 'call':
        return this.#call(goal, waiting)
      case 'variable':
      case 'cut':
      case 'print':
      case 'debug':
        return always
      default:
        return this.#closed(goal)
    }
  }

  #isAction(one: Expression): boolean {
    return one.kind === 'variable' && this.variables.has(one.name)
  }

  #compare(left: Expression, right: Expression): CanBeWild {
    let isNamed = false
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const isAction = this.#isAction(one)
      isNamed ||= isAction && isLiteral(other)
      if (!isAction) this.#closed(one)
      else if (other.kind === 'string') this.flow.name(other.value)
      else if (!this.flow.isVariable(other) && !isOtherLiteral(other)) this.flow.open(other.span)
    }
    return () => !isNamed
  }

  #among(collection: Expression): void {
    for (const list of this.#listsOf(collection)) {
      if (list.kind !== 'list' || list.rest) this.flow.open(collection.span)
      for (const one of list.kind === 'list' ? list.elements : []) {
        if (one.kind === 'string') this.flow.name(one.value)
        else if (!isOtherLiteral(one)) this.flow.open(one.span)
      }
    }
  }

  /** Returns the lists that a collection stands for; itself if it is no variable for literal lists. */
  #listsOf(collection: Expression): readonly Expression[] {
    if (!this.flow.isVariable(collection)) return [collection]
    const { name } = collection
    const lists: Expression[] = []
    let others = 0
    const count = (node: Expression | Pattern | Rule): void => {
      const isEquation = node.kind === 'unify' || node.kind === 'assign'
      if (isEquation && isNamed(node.left, name) && node.right.kind === 'list') lists.push(node.right)
      else if (node.kind === 'unify' && isNamed(node.right, name) && node.left.kind === 'list') lists.push(node.left)
      else if (node.kind === 'in' && isNamed(node.collection, name)) count(node.item)
      else if (isNamed(node, name)) others++
      else for (const child of children(node)) count(child as Expression)
    }
    count(this.rule)
    return others === 0 && lists.length > 0 ? lists : [collection]
  }

  #call({ name, args, keywords }: Call, waiting: Parameter[]): CanBeWild {
    const passed = args.flatMap((one, index) => (this.#isAction(one) ? { name, arity: args.length, index } : []))
    waiting.push(...passed)
    for (const one of args) if (!this.#isAction(one)) this.#closed(one)
    for (const { value } of keywords) this.#closed(value, true)
    return (wild) => passed.every((parameter) => wild.has(keyOf(parameter)))
  }

  /** The action is compared with data if it is part of an expression. */
  #closed(one: Expression, isWhole = false): CanBeWild {
    if ((isWhole || one.kind !== 'variable') && mentions(one, this.variables)) this.flow.open(one.span)
    return always
  }
}

/** Returns the variables of a rule that equal one, by `=`, `:=` or `==` anywhere in its body. */
function sameVariables(rule: Rule, variable: string, flow: ActionFlow): ReadonlySet<string> {
  const pairs: (readonly [string, string])[] = []
  for (const node of rule.body ? descendants(rule.body, eachGoal) : [])
    if (node.kind === 'unify' || node.kind === 'assign' || (node.kind === 'compare' && node.operator === '==')) {
      const { left, right } = node
      if (flow.isVariable(left) && flow.isVariable(right)) pairs.push([left.name, right.name])
    }
  const same = new Set([variable])
  for (let size = 0; size < same.size; ) {
    size = same.size
    for (const [one, other] of pairs) {
      if (same.has(one) && other !== '_') same.add(other)
      if (same.has(other) && one !== '_') same.add(one)
    }
  }
  return same
}

function mentions(node: Node, variables: ReadonlySet<string>): boolean {
  return descendants(node).some((one) => one.kind === 'variable' && variables.has(one.name))
}

const isNamed = (node: Expression | Pattern | Rule, name: string): boolean =>
  node.kind === 'variable' && node.name === name

const isLiteral = (one: Expression): boolean => one.kind === 'string' || isOtherLiteral(one)

/** An action is a string, so it never equals these. */
const isOtherLiteral = (one: Expression): boolean => one.kind === 'number' || one.kind === 'boolean'

/** Returns whether a pattern requires a class alone, such as `String`: it names no action. */
const isPlainClass = (pattern: Pattern): boolean =>
  pattern.kind === 'class pattern' && (pattern.fields === undefined || pattern.fields.length === 0)
