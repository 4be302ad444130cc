import type { Compare, Condition, Definition, In, Operand, Path, Ref, Some } from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { Assumptions } from '../../condition/rewrite/assume.js'
import { forCheck } from '../../condition/rewrite/passes.js'
import type { TextTest } from '../../condition/texts.js'
import { declaredModel, declaredType, isNil } from '../../condition/type.js'
import type { Span } from '../../language/source.js'
import { constructorOf, excludesNil } from '../../schema/classes.js'
import { entryOf } from '../../values/entryOf.js'
import { errorPlace, metErrors } from '../../values/metErrors.js'
import { bailForSteps, elementsBetweenLooks } from '../budget.js'
import { budgetFor, Compiler, isLiteral, type Leaf, type Predicate, type Round } from '../compiler.js'
import { typesOfHost } from '../hostReads.js'
import type { Meaning } from '../meaning.js'
import { contains, held, isInstance, listOf, plain, textTest } from '../read.js'
import { type Callee, innerFrame, type Passed, rounds, tabled } from './calls.js'
import { budgetOf } from './frame.js'
import { bails, type Code, type FrameTest, isFalse, isTrue, type Loop, type Node, nodeOf, run } from './graph.js'
import { Operands, OwnMeter } from './operands.js'
import { get } from './reader.js'
import type { Comparison } from './same.js'

/** Compiles a condition to closures. */
export function compileClosures(condition: Condition, meaning: Meaning): Predicate {
  const begin = budgetFor(condition, meaning)
  const counts = needsBudget(condition)
  const own = new OwnMeter(meaning.limits, bailForSteps)
  const compiler = new Closures(meaning, counts, own, new Map())
  const assumptions = new Assumptions(typesOfHost(meaning.schema.constants))
  const start = compiler.graph(compiler.compile(forCheck(meaning.schema, condition, assumptions)))
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
  readonly #withinFrame = new Map<Definition, Map<string, Code>>()
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
      graph = code.graph(isTrue, isFalse, isFalse)
      this.#graphs.set(code, graph)
    }
    return graph
  }

  // conditions

  protected leaf(condition: Leaf): Code {
    const meaning = this.#meaning
    switch (condition.kind) {
      case 'true':
        return { graph: (yes) => yes, isDecided: true }
      case 'false':
        return { graph: (_, no) => no, isDecided: true }
      case 'test':
        return nodeOf('truth', this.operands.reader(condition.of), { place: errorPlace(condition.span) })
      case 'reads': {
        const value = this.operands.reader(condition.of)
        return byFunction((frame) => plain(get(value, frame)) !== undefined || undefined, condition.span)
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
        }, condition.span)
      }
      case 'text': {
        const of = this.operands.reader(condition.of)
        const part = this.operands.reader(condition.part)
        const { operator } = condition
        const account = this.operands.account
        return byFunction(
          (frame) => textTest(operator, held(get(of, frame)), get(part, frame), account(frame)),
          condition.span,
        )
      }
      case 'opaque': {
        const { expression, bindings } = condition.goal
        const readers = bindings.map(({ name, operand }) => [name, this.operands.reader(operand)] as const)
        return byFunction((frame) => {
          const values = new Map(readers.map(([name, value]) => [name, held(get(value, frame))]))
          budgetOf(frame).ask()
          return [...values.values()].includes(undefined) ? undefined : meaning.ask(expression, values)
        }, condition.span)
      }
      case 'failure':
        return byFunction(() => undefined)
    }
  }

  #compare({ operator, left, right, span }: Compare): Code {
    if (operator === '=') {
      if (isLiteral(right)) return this.#equalsLiteral(left, right.value, span)
      return isLiteral(left) ? this.#equalsLiteral(right, left.value, span) : this.#equals(left, right, span)
    }
    const of = this.operands.reader(left)
    if ((operator === '==' || operator === '!=') && isNil(right)) {
      const test = nodeOf('none', of, { place: errorPlace(span) })
      return operator === '==' ? test : this.not(test)
    }
    const other = this.operands.reader(right)
    return nodeOf('order', of, { other, operator, how: this.#comparison(left, right), place: errorPlace(span) })
  }

  /** Returns how operands are compared, by their declared types or those of the elements of their lists. */
  #comparison(left: Operand, right?: Operand, isMirrored = false): Comparison {
    const [leftType, rightType] = [left, right].map((one) => one && declaredType(this.schema, one))
    return { meaning: this.#meaning, leftType, rightType, isMirrored, cls: undefined, rows: undefined }
  }

  /** Compiles an equality with a text, a number, a boolean or nil: the most frequent test of all. */
  #equalsLiteral(operand: Operand, literal: unknown, span: Span): Code {
    const type = typeof literal
    const kind = literal === null ? 'nil' : type === 'string' ? 'text' : type === 'boolean' ? type : 'literal'
    return nodeOf(kind, this.operands.reader(operand), {
      literal,
      how: this.#comparison(operand),
      place: errorPlace(span),
    })
  }

  /** Compiles an equality. A side that stays the same for several comparisons is read once. */
  #equals(left: Operand, right: Operand, span: Span): Code {
    const isMirrored = !this.#isSteady(right, left) && this.#isSteady(left, right)
    const [steady, compared] = isMirrored ? [left, right] : [right, left]
    const how = this.#comparison(left, right, isMirrored)
    const of = this.operands.reader(compared)
    const other = this.operands.reader(steady)
    if (steady.kind !== 'path' || !this.#isSteady(steady, compared))
      return nodeOf('same', of, { other, how, place: errorPlace(span) })
    return nodeOf('known', of, { other, known: this.operands.knownSlot(steady), how, place: errorPlace(span) })
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
      const length = listOf(elements)?.length ?? 0
      if (length >= least) account(frame).spend(length)
      return contains(meaning, held(get(item, frame)), elements, leftType, rightType)
    }, condition.span)
  }

  protected texts(tests: readonly TextTest[]): Code {
    const { left, span } = tests[0]!
    const texts = tests.map(({ right }) => right.value)
    return nodeOf('texts', this.operands.reader(left), { texts, how: this.#comparison(left), place: errorPlace(span) })
  }

  // what joins conditions

  protected decided({ graph }: Code): Code {
    return { graph: (yes, no) => graph(yes, no, bails), isDecided: true }
  }

  protected not({ graph, isDecided }: Code): Code {
    return { graph: (yes, no, open) => graph(no, yes, open), isDecided }
  }

  protected all(tests: readonly Code[]): Code {
    return {
      graph: (yes, no, open) => tests.reduceRight((next, test) => test.graph(next, no, open), yes),
      isDecided: areDecided(tests),
    }
  }

  /**
   * What follows an undecided alternative is the next one. If one of them is true, that was of no effect: either
   * nothing follows, or the disjunction is a graph of its own.
   */
  protected or(arms: readonly Code[]): Code {
    const isDecided = areDecided(arms)
    const join = (yes: Node, no: Node): Node => arms.reduceRight((next, arm) => arm.graph(yes, next, next), no)
    const apart = this.#apart({ graph: join, isDecided })
    return {
      graph: (yes, no, open) =>
        isDecided || (yes === isTrue && no === open) ? join(yes, no) : apart.graph(yes, no, open),
      isDecided,
    }
  }

  // loops

  protected loop({ from, each, span }: Some, _present: readonly Path[], compile: () => Code): Code {
    const list = this.operands.reader(from)
    if (!this.counts) this.#own.isUsed = true
    const element = this.operands.element([each], ++this.#depth)
    const loop: Loop = { ...element, own: this.counts ? undefined : this.#own, place: errorPlace(span) }
    const body = this.graph(compile())
    this.#depth--
    return nodeOf('some', list, { loop, body })
  }

  // definitions

  protected ref({ definition, args, span }: Ref): Code {
    if (!definition.recursive && args.every(isArgument)) return this.#within(definition, args)
    const callee = this.#callee(definition)
    // What is known of the caller's own arguments is passed, too.
    const passed = this.#passed(args)
    const place = errorPlace(span)
    return byFunction((frame) => {
      const inner = innerFrame(callee.layout, frame, passed)
      // The callee is complete before the first evaluation.
      return inner === undefined ? metErrors.at(place) : callee.test(inner)
    })
  }

  /** Compiles a definition whose parameters are arguments of the caller, in whose frame it is evaluated. */
  #within(definition: Definition, args: readonly Path[]): Code {
    const slots = args.map(({ root }) => this.operands.slot(root))
    const known = entryOf(this.#withinFrame, definition, () => new Map<string, Code>())
    return entryOf(known, slots.join(), () => {
      for (const [at, parameter] of definition.parameters.entries()) this.operands.bind([parameter], slots[at]!)
      return this.#apart(this.compile(this.bodyOf(definition)))
    })
  }

  /** Returns code that has its nodes once, wherever it is used. */
  #apart(code: Code): Code {
    return {
      graph: (...next) => nodeOf('graph', undefined, { body: this.graph(code) }).graph(...next),
      isDecided: code.isDecided,
    }
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
    const callee: Callee = { layout: inner.operands.layout, test: () => undefined }
    this.#callees.set(definition, callee)
    const { length } = definition.parameters
    for (const parameter of definition.parameters) inner.operands.slot(parameter)
    for (const root of definition.parameters) inner.operands.knownSlot({ kind: 'path', root, steps: [] })
    const round = inner.round(definition)
    if (round) callee.test = inner.#rounds(round, length)
    else {
      const graph = inner.graph(inner.compile(inner.bodyOf(definition)))
      callee.test = definition.recursive ? tabled(graph, length) : (frame) => run(graph, frame)
    }
    return callee
  }

  /** Compiles a definition whose recursive call is a tail call to a loop over its rounds. */
  #rounds({ found, guard, args }: Round<Code>, parameters: number): FrameTest {
    return rounds(this.graph(found), this.graph(guard), this.operands.layout, this.#passed(args), parameters)
  }
}

function areDecided(codes: readonly Code[]): boolean {
  return codes.every(({ isDecided }) => isDecided)
}

/** @param span - Undefined if its parts record their errors. */
function byFunction(test: FrameTest, span?: Span): Code {
  return nodeOf('function', undefined, span === undefined ? { test } : { test, place: errorPlace(span) })
}

/** Returns whether an operand is an argument of the evaluation, or of a definition. */
function isArgument(operand: Operand): operand is Path {
  return operand.kind === 'path' && operand.steps.length === 0 && operand.root.kind !== 'variable'
}
