import { Assumptions } from '../../condition/assume.js'
import type { Compare, Condition, Definition, In, Operand, Path, Ref, Root, Some } from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { gather, unfolded } from '../../condition/gather.js'
import { declaredModel, declaredType, isNil } from '../../condition/type.js'
import { constructorOf, excludesNil } from '../../schema/classes.js'
import { bailOut } from '../bail.js'
import { type Budget, bailForSteps, elementsBetweenLooks, Meter, type TabledCall } from '../budget.js'
import { choicesOf, type TextTest } from '../choices.js'
import { budgetFor, type Compiled, Compiler, isLiteral, type Leaf, type Predicate, type Round } from '../compiler.js'
import { typesOfHost } from '../hostReads.js'
import type { Meaning } from '../meaning.js'
import {
  budgetOf,
  compare,
  compileOperand,
  contains,
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
import { argumentsOf, frameFor, newFrame, tabled } from './frame.js'
import {
  compileExhaustiveLoop,
  compileLoop,
  type ElementTest,
  FieldTest,
  type SplitTests,
  type Step,
  splitTests,
} from './loop.js'
import { areSame, Comparison, type Expected, equalsKnown, equalsNil, knownOf } from './same.js'

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
  const usesOwn = own.isUsed
  if (!counts) {
    return (actor, action, resource) => {
      if (usesOwn) own.reset()
      return test(newFrame(size, actor, resource, action, undefined))
    }
  }
  return (actor, action, resource) => {
    const budget = begin()
    try {
      return test(newFrame(size, actor, resource, action, budget))
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
  /** The slots of `Known` values, by the paths that others are compared with. */
  readonly #memos = new Map([
    [pathKey(0), 4],
    [pathKey(1), 5],
  ])
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

  /** Compiles a path that other values are compared with. */
  #expected(path: Path): Expected {
    const reader = this.#path(path)
    if (path.root.kind === 'variable') return { reader, memo: 0 }
    const key = pathKey(reader.slot, path.steps)
    let memo = this.#memos.get(key)
    if (memo === undefined) {
      memo = this.#size++
      this.#memos.set(key, memo)
    }
    return { reader, memo }
  }

  /** Compiles an argument of a definition. */
  #argument(operand: Operand): Expected {
    return isSubject(operand) ? this.#expected(operand) : { reader: this.#operand(operand), memo: 0 }
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
    if (operator === '=') {
      const how = new Comparison(meaning, x, y)
      if (isSubject(condition.right)) {
        const expected = this.#expected(condition.right)
        return (frame) => equalsKnown(how, held(get(left, frame)), knownOf(how, expected, frame))
      }
      return (frame) => areSame(how, held(get(left, frame)), get(right, frame))
    }
    return (frame) => compare(meaning, operator, held(get(left, frame)), get(right, frame), x, y)
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
    if (literal === null) {
      const how = new Comparison(meaning, type, undefined)
      return (frame) => equalsNil(how, get(value, frame))
    }
    if (typeof literal === 'boolean') {
      return (frame) => {
        const found = get(value, frame)
        if (found === true) return literal
        return found === false ? !literal : equalsLiteral(meaning, found, literal, type)
      }
    }
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

  protected all(tests: readonly ElementTest[]): ElementTest {
    const [first, second, third, fourth] = tests as readonly [ElementTest, ElementTest, ElementTest, ElementTest]
    if (tests.length === 1) return first
    if (tests.length === 2) return (frame) => first(frame) && second(frame)
    if (tests.length === 3) return (frame) => first(frame) && second(frame) && third(frame)
    if (tests.length === 4) return (frame) => first(frame) && second(frame) && third(frame) && fourth(frame)
    return this.all([this.all(tests.slice(0, 4)), ...tests.slice(4)])
  }

  protected and(first: ElementTest, second: ElementTest, exhaust: ElementTest): ElementTest {
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
    const [first, second, third, fourth] = arms as readonly [ElementTest, ElementTest, ElementTest, ElementTest]
    if (arms.length === 1) return first
    if (arms.length === 2) return (frame) => first(frame) || second(frame)
    if (arms.length === 3) return (frame) => first(frame) || second(frame) || third(frame)
    if (arms.length === 4) return (frame) => first(frame) || second(frame) || third(frame) || fourth(frame)
    return this.or([this.or(arms.slice(0, 4)), ...arms.slice(4)])
  }

  /** A value that is an error for one text is an error for all. */
  protected texts(tests: readonly TextTest[]): ElementTest {
    const meaning = this.#meaning
    const { left } = tests[0]!
    const value = this.#operand(left)
    const type = declaredType(this.schema, left)
    const texts = tests.map(({ right }) => right.value)
    return (frame) => {
      const found = get(value, frame)
      for (let at = 0; at < texts.length; at++) if (equalsLiteral(meaning, found, texts[at], type)) return true
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
    const from = this.#operand(conditions[0]!.from)
    const slot = this.#slot(conditions[0]!.each)
    for (const { each } of conditions) this.#slots.set(each, slot)
    const steps = this.#steps(conditions, canFail)
    const loop = { steps, from, slot, canFail, account: this.#account, counts: this.counts }
    return { test: compileLoop(loop), exhaust: canFail ? compileExhaustiveLoop(loop) : undefined }
  }

  /** Compiles quantifiers over one collection. Those that differ in a text become one step. */
  #steps(conditions: readonly Some[], canFail: boolean): readonly Step[] {
    let first = 0
    return choicesOf(conditions).flatMap((one): readonly Step[] => {
      const arms = conditions.slice(first, first + ('tests' in one ? one.tests.length : 1))
      first += arms.length
      const split = this.#split(arms[0]!)
      const test = 'tests' in one ? split.tests[one.place] : undefined
      if (!('tests' in one) || !test)
        return arms.flatMap((arm) => (canFail ? [this.#step(this.#split(arm))] : this.#alternatives(arm)))
      const literals = one.tests.map(({ right }) => right.value)
      const choice = new FieldTest(test.field, test.type, literals, undefined, test.how)
      const tests = split.tests.map((own) => (own === test ? choice : own))
      return [{ ...this.#step(split), tests, choice: one.place, arms: arms.length }]
    })
  }

  /** Compiles a quantifier as one over each of its alternatives, since none of them can be an error. */
  #alternatives(some: Some): readonly Step[] {
    const split = this.#split(some)
    const { where } = some
    const wheres = where.kind === 'or' ? where.of : unfolded(where)
    if (split.tests.length > 0 || !wheres) return [this.#step(split)]
    return wheres.flatMap((one) => this.#alternatives({ ...some, where: one }))
  }

  #split(some: Some): SplitTests {
    return splitTests(some, this.#meaning, (path) => this.#expected(path))
  }

  #step({ tests, rest }: SplitTests): Step {
    const compiled = rest.kind === 'true' ? undefined : this.compile(rest)
    return { tests, choice: -1, arms: 1, rest: compiled?.test, exhaust: compiled?.exhaust }
  }

  protected ref({ definition, args }: Ref): Compiled<ElementTest> {
    const callee = this.#callee(definition)
    const passed = args.map((arg) => this.#argument(arg))
    // The callee is complete before the first evaluation.
    return {
      test: (frame) => callee.body.test(frameFor(callee.size, frame, passed)),
      exhaust: (frame) => (callee.body.exhaust ?? callee.body.test)(frameFor(callee.size, frame, passed)),
    }
  }

  #callee(definition: Definition): Callee {
    const known = this.#definitions.get(definition)
    if (known) return known
    const callee: Callee = { body: { test: bailOut, exhaust: undefined }, size: 0 }
    this.#definitions.set(definition, callee)
    const inner = new Closures(this.#meaning, this.counts, this.#own, this.#definitions)
    const slots = definition.parameters.map((parameter) => inner.#slot(parameter))
    for (const slot of slots) inner.#memos.set(pathKey(slot), inner.#size++)
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
    const passed = args.map((arg) => this.#argument(arg))
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
        round = frameFor(callee.size, round, passed)
      }
    }
  }
}

/** Returns a key for the path from a slot. */
function pathKey(slot: number, steps: Path['steps'] = []): string {
  return JSON.stringify([slot, ...steps.map(({ name }) => name)])
}

/** Returns whether an operand is an argument of the evaluation, or of a definition. */
function isSubject(operand: Operand): operand is Path {
  return operand.kind === 'path' && operand.steps.length === 0 && operand.root.kind !== 'variable'
}
