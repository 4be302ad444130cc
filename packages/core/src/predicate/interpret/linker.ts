import { entryOf } from '../../values/entryOf.js'
import { type ErrorPlace, errorPlace, noteError } from '../../values/metErrors.js'
import { elementsBetweenLooks } from '../budget.js'
import type {
  Argument,
  Ask,
  Call,
  Callee,
  Contains,
  InstanceOf,
  Loop,
  Node,
  Round,
  Side,
  Test,
  Value,
} from '../graph/graph.js'
import type { Meaning } from '../meaning.js'
import { contains, held, isInstance, listOf, plain, textTest } from '../read.js'
import { type Called, innerFrame, rounds, tabled } from './calls.js'
import { budgetOf } from './frame.js'
import { Operands, type OwnMeter } from './operands.js'
import { get, type Reader } from './reader.js'
import {
  bails,
  type Edges,
  type FrameTest,
  type Instruction,
  instruction,
  isFalse,
  isTrue,
  run,
  type ValueTest,
} from './run.js'
import type { Comparison } from './same.js'

type Errors = ErrorPlace | undefined

/** The ends of a graph of its own. */
const ends: Edges = { yes: isTrue, no: isFalse, open: isFalse }

/** Links the nodes of a graph to instructions: `and`, `or` and `not` become edges between tests. */
export class Linker {
  readonly operands: Operands
  /** Definitions that are evaluated in this frame, by the slots of their arguments. */
  readonly #withinFrame = new Map<Callee, Map<string, Instruction>>()

  /** @param own - Undefined for evaluations that count their steps. */
  constructor(
    private readonly meaning: Meaning,
    /** The account of evaluations that do not count their steps. */
    private readonly own: OwnMeter | undefined,
    private readonly callees: Map<Callee, Called> = new Map(),
  ) {
    this.operands = new Operands(meaning, own)
  }

  /** Returns the first instruction of a node, given those that follow. Default: the ends of a graph of its own. */
  link(node: Node, next: Edges = ends): Instruction {
    switch (node.kind) {
      case 'true':
        return next.yes
      case 'false':
        return next.no
      case 'not':
        return this.link(node.of, negated(next))
      case 'all':
        return node.of.reduceRight((yes, one) => this.link(one, { ...next, yes }), next.yes)
      case 'any': {
        // What follows an undecided alternative is the next one. If one of them is true, that was of no effect:
        // either nothing follows, or the disjunction is a graph of its own.
        const isApart = !node.isDecided && (next.yes !== isTrue || next.no !== next.open)
        if (isApart) return instruction('graph', undefined, { body: this.link(node) }, next)
        return node.of.reduceRight((no, one) => this.link(one, { yes: next.yes, no, open: no }), next.no)
      }
      default:
        return this.#test(node, node.isDecided ? { ...next, open: bails } : next)
    }
  }

  #test(test: Exclude<Test, { kind: 'true' | 'false' }>, next: Edges): Instruction {
    const { operands } = this
    const errors = placeOf(test)
    switch (test.kind) {
      case 'truth':
        return instruction('truth', operands.reader(test.value), { errors }, next)
      case 'literal': {
        const { side, literals } = test
        const [literal] = literals
        const type = typeof literal
        const ofOne = literal === null ? 'nil' : type === 'string' ? 'text' : type === 'boolean' ? type : 'literal'
        const parts = { literal, texts: literals, how: this.#comparison(side), errors }
        return instruction(literals.length > 1 ? 'texts' : ofOne, operands.reader(side.value), parts, next)
      }
      case 'none':
        return instruction('none', operands.reader(test.value), { errors }, test.isNegated ? negated(next) : next)
      case 'order': {
        const { left, right, operator } = test
        const parts = { other: operands.reader(right.value), how: this.#comparison(left, right), operator, errors }
        const kind = operator === '==' || operator === '!=' ? 'equal' : 'order'
        return instruction(kind, operands.reader(left.value), parts, operator === '!=' ? negated(next) : next)
      }
      case 'same': {
        const { left, right } = test
        const parts = { other: operands.reader(right.value), how: this.#comparison(left, right), errors }
        return instruction('same', operands.reader(left.value), parts, next)
      }
      case 'loop':
        return this.#loop(test, errors, next)
      case 'reads':
        return this.#apply((value) => plain(value) !== undefined || undefined, errors, next, test.value)
      case 'in':
        return this.#contains(test, errors, next)
      case 'isa':
        return this.#apply(instanceTest(this.meaning, test), errors, next, test.value)
      case 'text': {
        const { operator, of, part } = test
        const { account } = operands
        return this.#apply(
          (whole, one, frame) => textTest(operator, whole, one, account(frame)),
          errors,
          next,
          of,
          part,
        )
      }
      case 'ask':
        return this.#ask(test, errors, next)
      case 'call':
        return this.#call(test, errors, next)
      case 'failure':
        return this.#apply(() => undefined, errors, next)
    }
  }

  /**
   * Links a test that is a function of the values of up to two operands.
   * @param errors - Undefined if its parts record their errors.
   */
  #apply(test: ValueTest, errors: Errors, next: Edges, value?: Value, other?: Value): Instruction {
    const parts = { test, errors, other: other && this.operands.reader(other) }
    return instruction('function', value && this.operands.reader(value), parts, next)
  }

  /** Returns how operands are compared. */
  #comparison(left: Side, right?: Side): Comparison {
    return {
      meaning: this.meaning,
      leftType: left.declared,
      rightType: right?.declared,
      cls: undefined,
      rows: undefined,
    }
  }

  #contains({ item, list }: Contains, errors: Errors, next: Edges): Instruction {
    const meaning = this.meaning
    const { account } = this.operands
    const least = this.own === undefined ? 0 : elementsBetweenLooks
    const test: ValueTest = (value, elements, frame) => {
      plain(value, elements)
      const length = listOf(elements)?.length ?? 0
      if (length >= least) account(frame).spend(length)
      return contains(meaning, value, elements, item.declared, list.declared)
    }
    return this.#apply(test, errors, next, item.value, list.value)
  }

  #ask({ expression, bindings }: Ask, errors: Errors, next: Edges): Instruction {
    const meaning = this.meaning
    const readers = bindings.map(({ name, value }) => [name, this.operands.reader(value)] as const)
    const test: ValueTest = (_value, _other, frame) => {
      const values = new Map(readers.map(([name, value]) => [name, held(get(value, frame))]))
      budgetOf(frame).ask()
      return [...values.values()].includes(undefined) ? undefined : meaning.ask(expression, values)
    }
    return this.#apply(test, errors, next)
  }

  #loop({ from, each, where }: Loop, errors: Errors, next: Edges): Instruction {
    const list = this.operands.reader(from)
    const own = this.own
    if (own !== undefined) own.isUsed = true
    const loop = { ...this.operands.element(each), own, errors }
    return instruction('loop', list, { loop, body: this.link(where) }, next)
  }

  #call(call: Call, errors: Errors, next: Edges): Instruction {
    const { callee, args } = call
    if (!callee.definition.recursive && args.every(({ isPassedOn }) => isPassedOn))
      return instruction('graph', undefined, { body: this.#within(call) }, next)
    const called = this.#called(callee)
    const readers = this.#readers(args)
    const test: ValueTest = (_value, _other, frame) => {
      const inner = innerFrame(called.layout, frame, readers)
      // The callee is complete before the first evaluation.
      if (inner !== undefined) return called.test(inner)
      return errors && noteError(errors)
    }
    return this.#apply(test, undefined, next)
  }

  /** Links a definition whose parameters are arguments of the caller, in whose frame it is evaluated. */
  #within({ callee, args }: Call): Instruction {
    const { operands } = this
    const slots = args.map(({ value }) => operands.reader(value).slot)
    const known = entryOf(this.#withinFrame, callee, () => new Map<string, Instruction>())
    return entryOf(known, slots.join(), () => {
      for (const [at, parameter] of callee.definition.parameters.entries()) operands.bind(parameter, slots[at]!)
      // Sound: only recursive definitions have rounds.
      return this.link(callee.graph() as Node)
    })
  }

  #readers(args: readonly Argument[]): readonly Reader[] {
    return args.map(({ value }) => this.operands.reader(value))
  }

  #called(callee: Callee): Called {
    const known = this.callees.get(callee)
    if (known) return known
    const inner = new Linker(this.meaning, this.own, this.callees)
    const called: Called = { layout: inner.operands.layout, test: () => undefined }
    this.callees.set(callee, called)
    const { parameters, recursive } = callee.definition
    for (const parameter of parameters) inner.operands.slot(parameter)
    const graph = callee.graph()
    if (graph.kind === 'round') called.test = inner.#rounds(graph, parameters.length)
    else {
      const start = inner.link(graph)
      called.test = recursive ? tabled(start, parameters.length) : (frame) => run(start, frame)
    }
    return called
  }

  /** Links a definition whose recursive call is a tail call to a loop over its rounds. */
  #rounds({ found, guard, args }: Round, parameters: number): FrameTest {
    return rounds(this.link(found), this.link(guard), this.operands.layout, this.#readers(args), parameters)
  }
}

function placeOf({ span }: Test): Errors {
  return span && errorPlace(span)
}

function negated({ yes, no, open }: Edges): Edges {
  return { yes: no, no: yes, open }
}

function instanceTest(meaning: Meaning, { model, exact, cls, excludesNil, declared }: InstanceOf): ValueTest {
  return (value) => {
    if (excludesNil && value === null) return false
    if (cls !== undefined && typeof value === 'object' && value !== null && value.constructor === cls) return true
    return isInstance(meaning, value, model, exact, declared)
  }
}
