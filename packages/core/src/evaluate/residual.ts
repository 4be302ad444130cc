import type { Condition, Definition, Opaque, Operand, Root } from '../condition/condition.js'
import { disjunction, TRUE } from '../condition/construct.js'
import { assertFilterSize } from '../condition/filterSize.js'
import { substituteOperand } from '../condition/substitute.js'
import type { Span } from '../language/source.js'
import { ownOf } from '../own.js'
import { bail } from '../predicate/bail.js'
import { Budget, limitError } from '../predicate/budget.js'
import type { Meaning } from '../predicate/meaning.js'
import type { Missing, Unloaded } from '../schema/wanted.js'
import { Fault } from '../values/fault.js'
import { conditionOf, decide, type Exact, evaluate, Held, resultOf, visit } from './evaluate.js'
import { type ArgumentOf, BoundDefinitions } from './exact/definitions.js'
import { fail, outcome, undefinedElement } from './exact/failure.js'
import { bindJoins } from './exact/joins.js'
import { bindLeaf } from './exact/leaf.js'
import { type BindContext, bindOperand, bindOperands, type Environment, withElements } from './exact/operands.js'
import { BindReader } from './exact/reader.js'
import { ownSlots, type Slots } from './fast/frame.js'
import type { Operands } from './fast/operands.js'
import type { Called, Group, Join, Step } from './step.js'

type Answer = boolean | Condition

/** Decides exactly what the fast way leaves undecided: by reading all that is known, and keeping the rest as conditions. */
export class Residual implements Exact, BindContext {
  readonly reader: BindReader
  readonly budget: Budget
  #definitions: BoundDefinitions | undefined
  #size = 0

  constructor(
    readonly meaning: Meaning,
    private readonly missing: Missing | undefined,
    unloaded: Unloaded = 'error',
  ) {
    this.reader = new BindReader(meaning.schema, missing, unloaded)
    this.budget = Budget.of(meaning.limits, 1, limitError)()
  }

  /** Counts parts of the bound condition. @throws QueryError for too many. */
  count(parts: number): void {
    this.budget.spend(parts)
    this.#size += parts
    assertFilterSize(this.#size)
  }

  leaf(step: Step, frame: Slots): Answer {
    this.count(1)
    return resultOf(outcome(() => bindLeaf(step.source, environmentOf(step.scope, frame), this, this.missing)))
  }

  some(step: Step, frame: Slots): Answer {
    const {
      source,
      scope,
      parts: { loop },
    } = step
    if (source.kind !== 'some') throw new TypeError('only quantifiers have rows')
    const where = step.of[0]!
    const { span } = source
    const environment = environmentOf(scope, frame)
    this.count(1)
    let from: Operand | undefined
    const failure = outcome(() => {
      from = withElements(bindOperand(source.from, environment, this), this, span)
      return from.kind === 'value' && !Array.isArray(from.value) ? fail('type-error', '`in` needs a list.', span) : TRUE
    })
    if (failure.kind === 'failure') return failure
    if (from!.kind !== 'value') {
      visit(loop, undefined, frame)
      return { ...source, from: from!, where: this.#condition(where, frame) }
    }
    // Sound: it is a list, see above.
    const rows = from!.value as readonly unknown[]
    const { each } = source
    const areDeclared = this.#areDeclared(each, rows)
    const joined = areDeclared && loop.join ? this.#joined([loop.join], rows, environment, frame) : undefined
    if (joined) return resultOf(joined)
    const parts: Condition[] = []
    for (const row of rows) {
      visit(loop, row, frame)
      const isElement = row !== undefined && (areDeclared || this.#areDeclared(each, [row]))
      const holds = isElement ? evaluate(where, frame, this) : outcome(() => this.#noElement(each, row, span))
      if (holds === true) return true
      // Sound: what is exact is never undecided.
      if (holds !== false) parts.push(holds as Condition)
    }
    this.count(parts.length)
    return resultOf(disjunction(parts))
  }

  /** Returns whether rows are of the class that the schema declares for them. */
  #areDeclared({ model }: Root, rows: readonly unknown[]): boolean {
    return model === undefined || !rows.some((row) => this.reader.attributes.isOfOther(model, row))
  }

  /** Fails for an element that is missing, or of another class than the schema declares. */
  #noElement({ model }: Root, row: unknown, span: Span): never {
    if (row === undefined) return undefinedElement(span)
    throw this.reader.attributes.contradiction(model!, row).at(span)
  }

  together({ of, joins }: Group, frame: Slots): Condition | undefined {
    const environment = environmentOf(of[0]!.scope, frame)
    try {
      const from = bindOperand(joins[0]!.of.some.from, environment, this)
      if (from.kind !== 'value' || !Array.isArray(from.value)) return undefined
      if (!this.#areDeclared(joins[0]!.of.some.each, from.value)) return undefined
      return this.#joined(joins, from.value, environment, frame)
    } catch (error) {
      if (error instanceof Fault) return undefined
      throw error
    }
  }

  #joined(
    joins: readonly Join[],
    rows: readonly unknown[],
    environment: Environment,
    frame: Slots,
  ): Condition | undefined {
    const ofJoins = joins.map(({ of }) => of)
    return bindJoins(ofJoins, rows, environment, this, (one) => {
      const { loop, tests } = joins[ofJoins.indexOf(one)]!
      const step = tests()
      return (row) => {
        visit(loop, row, frame)
        const holds = evaluate(step, frame, this)
        return typeof holds === 'boolean' ? holds : undefined
      }
    })
  }

  call({ source, scope, parts: { call } }: Step, frame: Slots): Answer {
    if (source.kind !== 'ref') throw new TypeError('only calls have a definition')
    const { definition, span } = source
    const environment = environmentOf(scope, frame)
    this.count(1)
    let args: readonly Operand[] = []
    const failure = outcome(() => {
      args = bindOperands(source.args, environment, this)
      return TRUE
    })
    if (failure.kind === 'failure') return failure
    const called = call.called()
    if (definition.recursive && args.every((one) => one.kind === 'value'))
      return this.#decided(called, args, frame) ?? resultOf(this.#proven(definition, args, span, environment))
    this.#definitions ??= new BoundDefinitions()
    return resultOf(
      this.#definitions.refer(definition, args, span, (known) =>
        this.#condition(called.step, this.#frame(called, frame, definition.parameters.map(known))),
      ),
    )
  }

  /** Decides a recursive definition by known values; undefined if it fails. */
  #decided(called: Called, args: readonly Operand[], frame: Slots): boolean | undefined {
    try {
      return decide(called, this.#frame(called, frame, args))
    } catch (error) {
      if (error === bail) return undefined
      throw error
    }
  }

  #condition(step: Step, frame: Slots): Condition {
    // Sound: what is exact is never undecided.
    return conditionOf(evaluate(step, frame, this) as Answer)
  }

  /** A recursion that fails, or is too deep: the machine proves it, and names its error. */
  #proven(definition: Definition, args: readonly Operand[], span: Span, environment: Environment): Condition {
    const known = new Map<Root, Operand>(definition.parameters.map((parameter, at) => [parameter, args[at]!]))
    const ofCall: ArgumentOf = (root) => known.get(root) ?? (root.kind === 'action' ? environment(root) : undefined)
    const bindings = definition.arguments.map((argument, at) => ({
      name: `argument_${at}`,
      operand: substituteOperand(argument, ofCall),
    }))
    const variables = bindings.map(({ name }) => ({ kind: 'variable', name, span }) as const)
    const expression = { kind: 'call', name: definition.name, args: variables, keywords: [], span } as const
    const reason = { code: 'recursion', message: `${definition.name} calls itself` }
    const opaque: Opaque = { kind: 'opaque', goal: { expression, bindings }, reason, span }
    return outcome(() => bindLeaf(opaque, () => undefined, this, this.missing))
  }

  /** Returns the frame of a definition. */
  #frame({ scope }: Called, outer: Slots, args: readonly (Operand | undefined)[]): Slots {
    const inner = scope.layout.inner(outer)
    for (const [at, operand] of args.entries())
      inner[ownSlots + at] =
        operand?.kind === 'value' && !ownOf(operand, 'float') ? operand.value : operand && new Held(operand)
    return inner
  }
}

/** Returns the values in a frame as an environment. */
function environmentOf(scope: Operands, frame: Slots): Environment {
  return (root) => {
    const slot = scope.known(root)
    const value = slot === undefined ? undefined : frame[slot]
    if (value === undefined) return undefined
    return value instanceof Held ? value.operand : { kind: 'value', value }
  }
}
