import { Assumptions } from '../../condition/assume.js'
import type { Compare, Condition, Definition, In, Operand, Path, Ref, Root, Some } from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { gather, unfolded } from '../../condition/gather.js'
import { declaredModel, declaredType, isNil } from '../../condition/type.js'
import { constructorOf, excludesNil } from '../../schema/classes.js'
import { bailOut } from '../bail.js'
import { type Budget, bailForSteps, elementsBetweenLooks, Meter, type TabledCall } from '../budget.js'
import { budgetFor, type Compiled, Compiler, isLiteral, type Leaf, type Predicate, type Round } from '../compiler.js'
import { typesOfHost } from '../hostReads.js'
import type { Meaning } from '../meaning.js'
import {
  budgetOf,
  budgetSlot,
  compare,
  compileOperand,
  contains,
  equals,
  equalsLiteral,
  get,
  held,
  isInstance,
  listOf,
  ownSlots,
  plain,
  Reader,
  type Slots,
  textTest,
} from '../read.js'
import { type Arm, compileExhaustiveLoop, compileLoop, type ElementTest, splitFirst, splitSecond } from './loop.js'

/** A definition that is compiled, or is being compiled: it can call itself. */
interface Callee {
  body: Compiled<ElementTest>
  size: number
}
type Definitions = Map<Definition, Callee>

/** Compiles a condition to closures. */
export function compileClosures(condition: Condition, meaning: Meaning): Predicate {
  const begin = budgetFor(condition, meaning)
  const counts = needsBudget(condition)
  const own = new Meter(meaning.limits, bailForSteps)
  const compiler = new Closures(meaning, counts, own, new Map())
  const assumptions = new Assumptions(typesOfHost(meaning.schema.constants))
  const { test } = compiler.compile(gather(meaning.schema, assumptions.apply(condition)))
  const size = compiler.size
  if (!counts && size === ownSlots) {
    if (!own.isUsed) return (actor, action, resource) => test([actor, resource, action])
    return (actor, action, resource) => {
      own.reset()
      return test([actor, resource, action])
    }
  }
  const usesOwn = own.isUsed
  const frameOf = (actor: unknown, action: unknown, resource: unknown): Slots => {
    const frame = new Array<unknown>(size)
    frame[0] = actor
    frame[1] = resource
    frame[2] = action
    return frame
  }
  if (!counts) {
    return (actor, action, resource) => {
      if (usesOwn) own.reset()
      return test(frameOf(actor, action, resource))
    }
  }
  return (actor, action, resource) => {
    const budget = begin()
    const frame = frameOf(actor, action, resource)
    frame[budgetSlot] = budget
    try {
      return test(frame)
    } finally {
      budget.finish()
    }
  }
}

class Closures extends Compiler<ElementTest> {
  readonly #meaning: Meaning
  readonly #own: Meter
  readonly #definitions: Definitions
  readonly #slots = new Map<Root, number>()
  readonly #readers = new Map<string, Reader>()
  #size = ownSlots

  /** @param own - The budget of evaluations that do not count their steps. */
  constructor(meaning: Meaning, counts: boolean, own: Meter, definitions: Definitions) {
    super(meaning.schema, counts)
    this.#meaning = meaning
    this.#own = own
    this.#definitions = definitions
  }

  get size(): number {
    return this.#size
  }

  /** Assigns a slot of the frame to a root. */
  #slot(root: Root): number {
    if (root.kind === 'actor') return 0
    if (root.kind === 'resource') return 1
    if (root.kind === 'action') return 2
    if (root.kind === 'row') return bailOut()
    let slot = this.#slots.get(root)
    if (slot === undefined) {
      slot = this.#size++
      this.#slots.set(root, slot)
    }
    return slot
  }

  /** Returns the account for methods and long collections. */
  get #account(): (frame: Slots) => Budget | Meter {
    if (this.counts) return budgetOf
    const own = this.#own
    own.isUsed = true
    return () => own
  }

  #operand(operand: Operand): Reader {
    return compileOperand(
      operand,
      (path) => this.#path(path),
      this.#meaning,
      () => this.#account,
    )
  }

  /**
   * Compiles a path. Values read more than once are memoized, except those of elements, of which
   * there are many.
   */
  #path({ root, steps }: Path): Reader {
    let reader = new Reader(this.#slot(root))
    let key = `${reader.slot}`
    for (const [index, { name }] of steps.entries()) {
      key = `${key} ${JSON.stringify(name)}`
      const known = this.#readers.get(key)
      if (known?.memo === 0) known.memo = this.#size++
      reader = known ?? new Reader(reader.slot, name, index === 0 ? undefined : reader)
      if (root.kind !== 'variable') this.#readers.set(key, reader)
    }
    return reader
  }

  protected leaf(condition: Leaf): ElementTest {
    const meaning = this.#meaning
    switch (condition.kind) {
      case 'true':
        return () => true
      case 'false':
        return () => false
      case 'test': {
        const value = this.#operand(condition.of)
        return (frame) => {
          const found = get(value, frame)
          return found === true ? true : found === false ? false : bailOut(found)
        }
      }
      case 'reads': {
        const value = this.#operand(condition.of)
        return (frame) => {
          plain(get(value, frame))
          return true
        }
      }
      case 'compare':
        return this.#compare(condition)
      case 'in':
        return this.#in(condition)
      case 'isa': {
        const value = this.#operand(condition.of)
        const { model, exact } = condition
        const cls = constructorOf(meaning.schema, model)
        const isNilOut = cls !== undefined && excludesNil(cls)
        const known = declaredModel(meaning.schema, condition.of)
        return (frame) => {
          const found = get(value, frame)
          if (isNilOut && found === null) return false
          if (cls && typeof found === 'object' && found !== null && found.constructor === cls) return true
          return isInstance(meaning, found, model, exact, known)
        }
      }
      case 'text': {
        const of = this.#operand(condition.of)
        const part = this.#operand(condition.part)
        const { operator } = condition
        const account = this.#account
        return (frame) => textTest(operator, held(get(of, frame)), get(part, frame), account(frame))
      }
      case 'opaque': {
        const { expression, bindings } = condition.goal
        const readers = bindings.map(({ name, operand }) => [name, this.#operand(operand)] as const)
        return (frame) => {
          const values = new Map(readers.map(([name, value]) => [name, held(get(value, frame))]))
          budgetOf(frame).ask()
          return meaning.ask(expression, values) ?? bailOut()
        }
      }
      case 'failure':
        return () => bailOut()
    }
  }

  #compare(condition: Compare): ElementTest {
    const { operator } = condition
    const meaning = this.#meaning
    if (operator === '=') {
      if (isLiteral(condition.right)) return this.#equalsLiteral(condition.left, condition.right.value)
      if (isLiteral(condition.left)) return this.#equalsLiteral(condition.right, condition.left.value)
    }
    const left = this.#operand(condition.left)
    if ((operator === '==' || operator === '!=') && isNil(condition.right)) {
      const isEqual = operator === '=='
      return (frame) => (plain(get(left, frame)) === null) === isEqual
    }
    const right = this.#operand(condition.right)
    const [x, y] = this.#types(condition.left, condition.right)
    return operator === '='
      ? (frame) => equals(meaning, held(get(left, frame)), get(right, frame), x, y)
      : (frame) => compare(meaning, operator, held(get(left, frame)), get(right, frame), x, y)
  }

  /** Returns the declared types of two operands, or of the elements of their lists. */
  #types(left: Operand, right: Operand): readonly [string | undefined, string | undefined] {
    return [declaredType(this.schema, left), declaredType(this.schema, right)]
  }

  /**
   * Compiles an equality with a text, a number, a boolean or nil: the most frequent test of all.
   */
  #equalsLiteral(operand: Operand, literal: unknown): ElementTest {
    const meaning = this.#meaning
    const value = this.#operand(operand)
    const type = declaredType(this.schema, operand)
    return (frame) => equalsLiteral(meaning, get(value, frame), literal, type)
  }

  #in(condition: In): ElementTest {
    const meaning = this.#meaning
    const item = this.#operand(condition.item)
    const list = this.#operand(condition.list)
    const [x, y] = this.#types(condition.item, condition.list)
    const account = this.#account
    const least = this.counts ? 0 : elementsBetweenLooks
    return (frame) => {
      const elements = get(list, frame)
      const { length } = listOf(elements)
      if (length >= least) account(frame).spend(length)
      return contains(meaning, held(get(item, frame)), elements, x, y)
    }
  }

  protected not(of: ElementTest): ElementTest {
    return (frame) => !of(frame)
  }

  protected and(first: ElementTest, second: ElementTest, exhaust: ElementTest | undefined): ElementTest {
    if (!exhaust) return (frame) => first(frame) && second(frame)
    return (frame) => {
      if (!first(frame)) return false
      if (second(frame)) return true
      exhaust(frame)
      return false
    }
  }

  protected andAll(test: ElementTest, parts: readonly ElementTest[]): ElementTest {
    return (frame) => {
      const found = test(frame)
      if (found) for (const part of parts) part(frame)
      return found
    }
  }

  protected or(arms: readonly ElementTest[]): ElementTest {
    const [first, second] = arms as readonly [ElementTest, ElementTest]
    if (arms.length === 2) return (frame) => first(frame) || second(frame)
    return (frame) => {
      for (let index = 0; index < arms.length; index++) if (arms[index]!(frame)) return true
      return false
    }
  }

  protected orAll(arms: readonly ElementTest[]): ElementTest {
    return (frame) => {
      let found = false
      for (const arm of arms) if (arm(frame)) found = true
      return found
    }
  }

  protected loop(conditions: readonly Some[], canFail: boolean): Compiled<ElementTest> {
    const meaning = this.#meaning
    const from = this.#operand(conditions[0]!.from)
    const slot = this.#slot(conditions[0]!.each)
    const arms = (canFail ? conditions : conditions.flatMap(unfoldedArms)).map((condition): Arm => {
      this.#slots.set(condition.each, slot)
      const { first, rest } = splitFirst(condition)
      if (rest.kind === 'true') return { first, second: undefined, rest: undefined, exhaust: undefined }
      const compiled = this.compile(rest)
      return { first, second: splitSecond(rest, condition), rest: compiled.test, exhaust: compiled.exhaust }
    })
    const loop = { arms, from, slot, canFail, account: () => this.#account, counts: this.counts, meaning }
    return {
      test: compileLoop(loop, (operand) => this.#operand(operand)),
      exhaust: canFail ? compileExhaustiveLoop(loop) : undefined,
    }
  }

  protected ref({ definition, args }: Ref): Compiled<ElementTest> {
    const callee = this.#callee(definition)
    const readers = args.map((arg) => this.#operand(arg))
    const call =
      (mode: 'test' | 'exhaust'): ElementTest =>
      (frame) => {
        const inner = frameFor(callee.size, frame, readers)
        // Complete before the first evaluation.
        const test = callee.body[mode] ?? callee.body.test
        return test(inner)
      }
    return { test: call('test'), exhaust: call('exhaust') }
  }

  #callee(definition: Definition): Callee {
    const known = this.#definitions.get(definition)
    if (known) return known
    const callee: Callee = { body: { test: bailOut, exhaust: undefined }, size: 0 }
    this.#definitions.set(definition, callee)
    const inner = new Closures(this.#meaning, this.counts, this.#own, this.#definitions)
    for (const parameter of definition.parameters) inner.#slot(parameter)
    const { length } = definition.parameters
    const round = inner.round(definition)
    const body = inner.compile(inner.bodyOf(definition))
    callee.body = !definition.recursive
      ? body
      : {
          test: round ? inner.#rounds(round, callee, length) : tabled(body.test, length),
          exhaust: tabled(body.exhaust ?? body.test, length),
        }
    callee.size = inner.size
    return callee
  }

  /** Compiles a definition whose recursive call is a tail call to a loop over its rounds. */
  #rounds({ found, guard, args }: Round<ElementTest>, callee: Callee, parameters: number): ElementTest {
    const readers = args.map((arg) => this.#operand(arg))
    return (frame) => {
      const budget = budgetOf(frame)
      const untabled = budget.enterRounds()
      let rounds: TabledCall | undefined
      let round = frame
      for (let count = 1; ; count++) {
        if (count > untabled) {
          rounds ??= budget.rounds()
          const calls = budget.table(found, argumentsOf(round, parameters - 1))
          const last = parameters === 0 ? undefined : round[ownSlots + parameters - 1]
          const known = budget.round(calls, last, rounds)
          if (known !== undefined) return budget.leaveRounds(count, rounds, known)
        }
        if (found(round)) return budget.leaveRounds(count, rounds, true)
        if (!guard(round)) return budget.leaveRounds(count, rounds, false)
        round = frameFor(callee.size, round, readers)
      }
    }
  }
}

/** Returns a quantifier over `(a or b) and c` as several, which share a loop. */
function unfoldedArms(some: Some): readonly Some[] {
  return unfolded(some.where)?.map((where) => ({ ...some, where })) ?? [some]
}

/** Compiles a recursive definition; its results are memoized when there are many. */
function tabled(test: ElementTest, parameters: number): ElementTest {
  return (frame) => {
    const budget = budgetOf(frame)
    const call = budget.enter() > 0 ? undefined : budget.call(test, argumentsOf(frame, parameters))
    if (call?.answer !== undefined) return budget.leave(undefined, call.answer)
    return budget.leave(call, test(frame))
  }
}

function argumentsOf(frame: Slots, parameters: number): readonly unknown[] {
  return frame.slice(ownSlots, ownSlots + Math.max(0, parameters))
}

/** Returns the frame of a definition that is called from another frame. */
function frameFor(size: number, frame: Slots, args: readonly Reader[]): Slots {
  const inner = new Array<unknown>(size)
  for (let slot = 0; slot < ownSlots; slot++) inner[slot] = frame[slot]
  for (let at = 0; at < args.length; at++) inner[ownSlots + at] = held(get(args[at]!, frame))
  return inner
}
