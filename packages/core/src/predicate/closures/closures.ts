import { Assumptions } from '../../condition/assume.js'
import type { Compare, Condition, Definition, In, Operand, Path, Ref, Some } from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { gather } from '../../condition/gather.js'
import { declaredModel, declaredType, isNil } from '../../condition/type.js'
import { constructorOf, excludesNil } from '../../schema/classes.js'
import { entryOf } from '../../values/entryOf.js'
import { bailOut } from '../bail.js'
import { bailForSteps, elementsBetweenLooks } from '../budget.js'
import { choicesOf, type TextTest } from '../choices.js'
import { budgetFor, type Compiled, Compiler, isLiteral, type Leaf, type Predicate, type Round } from '../compiler.js'
import { typesOfHost } from '../hostReads.js'
import type { Meaning } from '../meaning.js'
import { contains, held, isInstance, listOf, plain, textTest } from '../read.js'
import { type Callee, innerFrame, type Passed, rounds, tabled } from './calls.js'
import { budgetOf } from './frame.js'
import { type Code, type FrameTest, isFalse, isTrue, type Loop, type Node, nodeOf, run } from './graph.js'
import { choice, exhaustive, openSearch, type Step } from './loop.js'
import { Operands, OwnMeter } from './operands.js'
import { get, type Reader } from './reader.js'
import type { Comparison } from './same.js'

/** Compiles a condition to closures. */
export function compileClosures(condition: Condition, meaning: Meaning): Predicate {
  const begin = budgetFor(condition, meaning)
  const counts = needsBudget(condition)
  const own = new OwnMeter(meaning.limits, bailForSteps)
  const compiler = new Closures(meaning, counts, own, new Map())
  const assumptions = new Assumptions(typesOfHost(meaning.schema.constants))
  const start = compiler.graph(compiler.compile(gather(meaning.schema, assumptions.apply(condition))).test)
  const { layout } = compiler.operands
  const usesOwn = own.isUsed
  if (!counts) {
    return (actor, action, resource) => {
      if (usesOwn) own.reset()
      return run(start, layout.frame(actor, resource, action, undefined))
    }
  }
  return (actor, action, resource) => {
    const budget = begin()
    try {
      return run(start, layout.frame(actor, resource, action, budget))
    } finally {
      budget.finish()
    }
  }
}

class Closures extends Compiler<Code> {
  readonly operands: Operands
  readonly #meaning: Meaning
  readonly #own: OwnMeter
  readonly #callees: Map<Definition, Callee>
  /** Definitions that are evaluated in this frame, by the slots of their arguments. */
  readonly #withinFrame = new Map<Definition, Map<string, Compiled<Code>>>()
  readonly #graphs = new WeakMap<Code, Node>()
  /** The number of loops around the condition that is compiled. */
  #depth = 0

  /** @param own - The budget of evaluations that do not count their steps. */
  constructor(meaning: Meaning, counts: boolean, own: OwnMeter, callees: Map<Definition, Callee>) {
    super(meaning.schema, counts)
    this.#meaning = meaning
    this.#own = own
    this.operands = new Operands(meaning, counts ? undefined : own)
    this.#callees = callees
  }

  /** Returns code as a graph of its own. */
  graph(code: Code): Node {
    let graph = this.#graphs.get(code)
    if (!graph) {
      graph = code(isTrue, isFalse)
      this.#graphs.set(code, graph)
    }
    return graph
  }

  // conditions

  protected leaf(condition: Leaf): Code {
    const meaning = this.#meaning
    switch (condition.kind) {
      case 'true':
        return (yes) => yes
      case 'false':
        return (_, no) => no
      case 'test':
        return nodeOf('truth', this.operands.reader(condition.of), {})
      case 'reads': {
        const value = this.operands.reader(condition.of)
        return byFunction((frame) => {
          plain(get(value, frame))
          return true
        })
      }
      case 'compare':
        return this.#compare(condition)
      case 'in':
        return this.#in(condition)
      case 'isa': {
        const value = this.operands.reader(condition.of)
        const { model, exact } = condition
        const cls = constructorOf(meaning.schema, model)
        const isNilOut = cls !== undefined && excludesNil(cls)
        const known = declaredModel(meaning.schema, condition.of)
        return byFunction((frame) => {
          const found = get(value, frame)
          if (isNilOut && found === null) return false
          if (cls && typeof found === 'object' && found !== null && found.constructor === cls) return true
          return isInstance(meaning, found, model, exact, known)
        })
      }
      case 'text': {
        const of = this.operands.reader(condition.of)
        const part = this.operands.reader(condition.part)
        const { operator } = condition
        const account = this.operands.account
        return byFunction((frame) => textTest(operator, held(get(of, frame)), get(part, frame), account(frame)))
      }
      case 'opaque': {
        const { expression, bindings } = condition.goal
        const readers = bindings.map(({ name, operand }) => [name, this.operands.reader(operand)] as const)
        return byFunction((frame) => {
          const values = new Map(readers.map(([name, value]) => [name, held(get(value, frame))]))
          budgetOf(frame).ask()
          return meaning.ask(expression, values) ?? bailOut()
        })
      }
      case 'failure':
        return byFunction(() => bailOut())
    }
  }

  #compare({ operator, left, right }: Compare): Code {
    if (operator === '=') {
      if (isLiteral(right)) return this.#equalsLiteral(left, right.value)
      return isLiteral(left) ? this.#equalsLiteral(right, left.value) : this.#equals(left, right)
    }
    const of = this.operands.reader(left)
    if ((operator === '==' || operator === '!=') && isNil(right)) {
      const test = nodeOf('none', of, {})
      return operator === '==' ? test : this.not(test)
    }
    return nodeOf('order', of, { other: this.operands.reader(right), operator, how: this.#comparison(left, right) })
  }

  /** Returns how operands are compared, by their declared types or those of the elements of their lists. */
  #comparison(left: Operand, right?: Operand, isMirrored = false): Comparison {
    const [leftType, rightType] = [left, right].map((one) => one && declaredType(this.schema, one))
    return { meaning: this.#meaning, leftType, rightType, isMirrored, cls: undefined, rows: undefined }
  }

  /** Compiles an equality with a text, a number, a boolean or nil: the most frequent test of all. */
  #equalsLiteral(operand: Operand, literal: unknown): Code {
    const type = typeof literal
    const kind = literal === null ? 'nil' : type === 'string' ? 'text' : type === 'boolean' ? type : 'literal'
    return nodeOf(kind, this.operands.reader(operand), { literal, how: this.#comparison(operand) })
  }

  /** Compiles an equality. A side that stays the same for several comparisons is read once. */
  #equals(left: Operand, right: Operand): Code {
    const isMirrored = !this.#isSteady(right, left) && this.#isSteady(left, right)
    const [steady, compared] = isMirrored ? [left, right] : [right, left]
    const how = this.#comparison(left, right, isMirrored)
    const of = this.operands.reader(compared)
    const other = this.operands.reader(steady)
    if (steady.kind !== 'path' || !this.#isSteady(steady, compared)) return nodeOf('same', of, { other, how })
    return nodeOf('known', of, { other, known: this.operands.knownSlot(steady), how })
  }

  /** Returns whether an operand is an argument, or is read outside a loop in which it is compared with another one. */
  #isSteady(operand: Operand, other: Operand): boolean {
    const depthOf = (one: Operand): number => (one.kind === 'path' ? this.operands.depthOf(one.root) : this.#depth)
    return operand.kind === 'path' && (isArgument(operand) || depthOf(operand) < depthOf(other))
  }

  #in(condition: In): Code {
    const meaning = this.#meaning
    const item = this.operands.reader(condition.item)
    const list = this.operands.reader(condition.list)
    const { leftType, rightType } = this.#comparison(condition.item, condition.list)
    const account = this.operands.account
    const least = this.counts ? 0 : elementsBetweenLooks
    return byFunction((frame) => {
      const elements = get(list, frame)
      const { length } = listOf(elements)
      if (length >= least) account(frame).spend(length)
      return contains(meaning, held(get(item, frame)), elements, leftType, rightType)
    })
  }

  protected texts(tests: readonly TextTest[]): Code {
    const { left } = tests[0]!
    const texts = tests.map(({ right }) => right.value)
    return nodeOf('texts', this.operands.reader(left), { texts, how: this.#comparison(left) })
  }

  // what joins conditions

  protected not(of: Code): Code {
    return (yes, no) => of(no, yes)
  }

  protected all(tests: readonly Code[]): Code {
    return (yes, no) => tests.reduceRight((next, test) => test(next, no), yes)
  }

  protected or(arms: readonly Code[]): Code {
    return (yes, no) => arms.reduceRight((next, arm) => arm(yes, next), no)
  }

  protected never(code: Code): Code {
    return (_yes, no) => code(no, no)
  }

  protected orAll(arms: readonly Code[]): Code {
    if (arms.length === 1) return arms[0]!
    const graphs = arms.map((arm) => this.graph(arm))
    return byFunction((frame) => {
      let found = false
      for (const arm of graphs) if (run(arm, frame)) found = true
      return found
    })
  }

  // loops

  protected loop(conditions: readonly Some[], canFail: boolean): Compiled<Code> {
    const from = this.operands.reader(conditions[0]!.from)
    if (!this.counts) this.#own.isUsed = true
    const element = this.operands.element(
      conditions.map(({ each }) => each),
      ++this.#depth,
    )
    const loop: Loop = { ...element, own: this.counts ? undefined : this.#own }
    const arms = conditions.map(({ where }) => this.compile(where))
    const test =
      canFail && arms.length > 1
        ? this.#openSearch(from, loop, conditions, arms)
        : nodeOf('some', from, { loop, body: this.graph(this.or(arms.map((arm) => arm.test))) })
    const all = (): Node => this.graph(this.orAll(arms.map((arm) => this.whole(arm))))
    this.#depth--
    return { test, rest: canFail ? byFunction(exhaustive(from, loop, all())) : undefined }
  }

  /** Compiles quantifiers over one collection. Those that differ in a text become one step. */
  #openSearch(from: Reader, loop: Loop, conditions: readonly Some[], arms: readonly Compiled<Code>[]): Code {
    const [open, found] = [this.operands.layout.add(), this.operands.layout.add()]
    let end = 0
    const steps = choicesOf(conditions).flatMap((one): readonly Step[] => {
      const first = end
      end += 'tests' in one ? one.tests.length : 1
      const alone = (): readonly Step[] =>
        arms.slice(first, end).map(({ test }, at) => ({ test: this.graph(test), first: first + at, found: undefined }))
      if (!('tests' in one)) return alone()
      const before = this.compile(one.before)
      // Its further solutions would be tried for each arm.
      if (before.rest) return alone()
      const { left } = one.tests[0]!
      const texts = one.tests.map(({ right }) => right.value)
      const choose = byFunction(choice(this.operands.reader(left), texts, this.#comparison(left), first, open, found))
      return [{ test: this.graph(this.all([before.test, choose, this.compile(one.after).test])), first, found }]
    })
    return byFunction(openSearch(from, loop, steps, arms.length, open))
  }

  // definitions

  protected ref({ definition, args }: Ref): Compiled<Code> {
    if (!definition.recursive && args.every(isArgument)) return this.#within(definition, args)
    const callee = this.#callee(definition)
    // What is known of the caller's own arguments is passed, too.
    const passed = this.#passed(args)
    // The callee is complete before the first evaluation.
    return {
      test: byFunction((frame) => callee.test(innerFrame(callee.layout, frame, passed))),
      rest: byFunction((frame) => callee.rest(innerFrame(callee.layout, frame, passed))),
    }
  }

  /** Compiles a definition whose parameters are arguments of the caller, in whose frame it is evaluated. */
  #within(definition: Definition, args: readonly Path[]): Compiled<Code> {
    const slots = args.map(({ root }) => this.operands.slot(root))
    const known = entryOf(this.#withinFrame, definition, () => new Map<string, Compiled<Code>>())
    return entryOf(known, slots.join(), () => {
      for (const [at, parameter] of definition.parameters.entries()) this.operands.bind([parameter], slots[at]!)
      const { test, rest } = this.compile(this.bodyOf(definition))
      return { test: this.#shared(test), rest: rest && this.#shared(rest) }
    })
  }

  /** Returns code that has its nodes once, wherever it is used. */
  #shared(code: Code): Code {
    return nodeOf('graph', undefined, { body: this.graph(code) })
  }

  #passed(args: readonly Operand[]): readonly Passed[] {
    return args.map((arg) => ({
      reader: this.operands.reader(arg),
      known: isArgument(arg) ? this.operands.knownSlot(arg) : undefined,
    }))
  }

  #callee(definition: Definition): Callee {
    const known = this.#callees.get(definition)
    if (known) return known
    const inner = new Closures(this.#meaning, this.counts, this.#own, this.#callees)
    const callee: Callee = { layout: inner.operands.layout, test: bailOut, rest: bailOut }
    this.#callees.set(definition, callee)
    const { length } = definition.parameters
    for (const parameter of definition.parameters) inner.operands.slot(parameter)
    for (const root of definition.parameters) inner.operands.knownSlot({ kind: 'path', root, steps: [] })
    const round = inner.round(definition)
    const { test, rest } = inner.compile(inner.bodyOf(definition))
    const testOf = (code: Code): FrameTest => {
      const graph = inner.graph(code)
      return definition.recursive ? tabled(graph, length) : (frame) => run(graph, frame)
    }
    callee.test = round ? inner.#rounds(round, length) : testOf(test)
    callee.rest = rest === undefined ? () => true : testOf(rest)
    return callee
  }

  /** Compiles a definition whose recursive call is a tail call to a loop over its rounds. */
  #rounds({ found, guard, args }: Round<Code>, parameters: number): FrameTest {
    return rounds(this.graph(found), this.graph(guard), this.operands.layout, this.#passed(args), parameters)
  }
}

function byFunction(test: FrameTest): Code {
  return nodeOf('function', undefined, { test })
}

/** Returns whether an operand is an argument of the evaluation, or of a definition. */
function isArgument(operand: Operand): operand is Path {
  return operand.kind === 'path' && operand.steps.length === 0 && operand.root.kind !== 'variable'
}
