import { bailOut } from './bail.js'
import type { Compare, Condition, Definition, In, Operand, Root, Some } from './condition.js'
import { type Arm, compileExhaustiveLoop, compileLoop, splitFirst, splitSecond, type Test } from './loop.js'
import type { Meaning } from './meaning.js'
import { compileOperand, equals, get, plain, type Reader } from './read.js'
import { isSameOperand } from './simplify.js'
import { canFailToRead } from './type.js'

/** A condition as a function: true or false; anything else bails out to the machine (`bail` is thrown). */
export type Predicate = (actor: unknown, action: unknown, resource: unknown) => boolean

interface Compiled {
  readonly test: Test
  /**
   * Meets every solution, not just the first, and bails out where one is an error. The machine tries the next solution of a
   * goal when a later goal fails, so an error in it counts then. Undefined where that can't happen.
   */
  readonly exhaust: Test | undefined
}

/** Calls of recursive definitions within each other, and in all, before the machine takes over: it has limits, and ends cycles. */
const maxDepth = 1_000
const maxCalls = 100_000

interface Recursion {
  depth: number
  calls: number
}

/** Compiles a condition to closures. */
export function compilePredicate(condition: Condition, meaning: Meaning): Predicate {
  const recursion: Recursion = { depth: 0, calls: 0 }
  const compiler = new Compiler(meaning, recursion, new Map())
  const { test } = compiler.compile(condition)
  const size = compiler.size
  return (actor, action, resource) => {
    const frame = new Array<unknown>(size)
    frame[0] = actor
    frame[1] = resource
    frame[2] = action
    return test(frame)
  }
}

class Compiler {
  readonly meaning: Meaning
  readonly #recursion: Recursion
  readonly #definitions: Map<Definition, { body: Compiled | undefined; size: number }>
  readonly #slots = new Map<Root, number>()
  #size = 3

  constructor(
    meaning: Meaning,
    recursion: Recursion,
    definitions: Map<Definition, { body: Compiled | undefined; size: number }>,
  ) {
    this.meaning = meaning
    this.#recursion = recursion
    this.#definitions = definitions
  }

  get size(): number {
    return this.#size
  }

  /** Gives a root a slot of the frame. */
  slot(root: Root): number {
    if (root.kind === 'actor') return 0
    if (root.kind === 'resource') return 1
    if (root.kind === 'action') return 2
    let slot = this.#slots.get(root)
    if (slot === undefined) {
      slot = this.#size++
      this.#slots.set(root, slot)
    }
    return slot
  }

  operand(operand: Operand): Reader {
    return compileOperand(operand, (root) => this.slot(root), this.meaning)
  }

  compile(condition: Condition): Compiled {
    switch (condition.kind) {
      case 'true':
        return once(() => true)
      case 'false':
        return once(() => false)
      case 'and':
        return conjunction(condition.of.map((one) => this.compile(one)))
      case 'or':
        return disjunction(
          runsOf(condition.of).map((run) => this.#run(run)),
          condition.of.some((one) => canFail(this.meaning, one)),
        )
      case 'not': {
        const { test } = this.compile(condition.of)
        return once((frame) => !test(frame))
      }
      case 'test': {
        const value = this.operand(condition.of)
        return once((frame) => {
          const found = get(value, frame)
          return found === true ? true : found === false ? false : bailOut()
        })
      }
      case 'reads': {
        const value = this.operand(condition.of)
        return once((frame) => {
          plain(get(value, frame))
          return true
        })
      }
      case 'compare':
        return once(this.#compare(condition))
      case 'in':
        return once(this.#in(condition))
      case 'some':
        return this.#loop([condition])
      case 'isa': {
        const value = this.operand(condition.of)
        const { model, exact } = condition
        const meaning = this.meaning
        const registered = meaning.schema.models.get(model)
        const cls = registered?.isaCheck ? undefined : registered?.class
        return once((frame) => {
          const found = get(value, frame)
          if (cls && typeof found === 'object' && found !== null && found.constructor === cls) return true
          return meaning.isInstance(plain(found), model, exact) ?? bailOut()
        })
      }
      case 'text': {
        const of = this.operand(condition.of)
        const part = this.operand(condition.part)
        const { operator } = condition
        return once((frame) => {
          const text = get(of, frame)
          const wanted = get(part, frame)
          if (text === null || wanted === null) return false
          return typeof text === 'string' && typeof wanted === 'string' ? text[operator](wanted) : bailOut()
        })
      }
      case 'ref':
        return this.#ref(condition.definition, condition.args)
      case 'opaque': {
        const { expression, bindings } = condition.goal
        const readers = bindings.map(({ name, operand }) => [name, this.operand(operand)] as const)
        const meaning = this.meaning
        return once((frame) => {
          const values = new Map(readers.map(([name, value]) => [name, get(value, frame)]))
          return meaning.ask(expression, values) ?? bailOut()
        })
      }
      case 'failure':
        return once(() => bailOut())
    }
  }

  #compare(condition: Compare): Test {
    const { operator } = condition
    const meaning = this.meaning
    if (operator !== '=') {
      const left = this.operand(condition.left)
      const right = this.operand(condition.right)
      return (frame) => meaning.compare(operator, plain(get(left, frame)), plain(get(right, frame))) ?? bailOut()
    }
    const literal = literalOf(condition.right)
      ? condition.right
      : literalOf(condition.left)
        ? condition.left
        : undefined
    if (literal)
      return this.#equalsLiteral(literal === condition.right ? condition.left : condition.right, literal.value)
    return this.#equals(condition.left, condition.right)
  }

  #equals(one: Operand, other: Operand): Test {
    const { meaning } = this
    const left = this.operand(one)
    const right = this.operand(other)
    return (frame) => equals(meaning, get(left, frame), get(right, frame))
  }

  /** Equal to a text, a number, a boolean or nil: the most frequent test of all. */
  #equalsLiteral(operand: Operand, literal: unknown): Test {
    const { meaning } = this
    const value = this.operand(operand)
    return (frame) => {
      const found = get(value, frame)
      return found === literal || (typeof found === 'object' && found !== null && equals(meaning, found, literal))
    }
  }

  #in(condition: In): Test {
    const item = this.operand(condition.item)
    const list = this.operand(condition.list)
    const meaning = this.meaning
    return (frame) => {
      const wanted = get(item, frame)
      const found = get(list, frame)
      if (!Array.isArray(found)) return bailOut()
      for (const one of found) if (equals(meaning, wanted, one)) return true
      return false
    }
  }

  /** Neighbouring arms that range over one collection are one loop. */
  #run(run: readonly Condition[]): Compiled {
    const [first] = run
    return first?.kind === 'some' ? this.#loop(run as readonly Some[]) : this.compile(first!)
  }

  #loop(conditions: readonly Some[]): Compiled {
    const [first] = conditions
    const from = this.operand(first!.from)
    const slot = this.slot(first!.each)
    const arms = conditions.map((condition): Arm => {
      this.#slots.set(condition.each, slot)
      const { first: test, rest } = splitFirst(condition)
      if (rest.kind === 'true') return { first: test, second: undefined, rest: undefined, exhaust: undefined }
      const compiled = this.compile(rest)
      return { first: test, second: splitSecond(rest, condition), rest: compiled.test, exhaust: compiled.exhaust }
    })
    const fallible = conditions.some((condition) => canFail(this.meaning, condition.where))
    const test = compileLoop(arms, from, slot, fallible, this)
    return { test, exhaust: fallible ? compileExhaustiveLoop(arms, from, slot, this.meaning) : undefined }
  }

  #ref(definition: Definition, args: readonly Operand[]): Compiled {
    let known = this.#definitions.get(definition)
    if (!known) {
      known = { body: undefined, size: 0 }
      this.#definitions.set(definition, known)
      const inner = new Compiler(this.meaning, this.#recursion, this.#definitions)
      for (const parameter of definition.parameters) inner.slot(parameter)
      known.body = inner.compile(definition.condition)
      known.size = inner.size
    }
    const target = known
    const readers = args.map((arg) => this.operand(arg))
    const recursion = this.#recursion
    const call =
      (pick: (body: Compiled) => Test): Test =>
      (frame) => {
        // The body of a recursive definition is complete by the time that anything is evaluated.
        const inner = new Array<unknown>(target.size)
        inner[0] = frame[0]
        inner[1] = frame[1]
        inner[2] = frame[2]
        for (let index = 0; index < readers.length; index++) inner[index + 3] = get(readers[index]!, frame)
        const body = target.body!
        if (!definition.recursive) return pick(body)(inner)
        if (++recursion.depth === 1) recursion.calls = 0
        try {
          if (recursion.depth > maxDepth || ++recursion.calls > maxCalls) return bailOut()
          return pick(body)(inner)
        } finally {
          recursion.depth--
        }
      }
    const test = call((body) => body.test)
    return { test, exhaust: call((body) => body.exhaust ?? body.test) }
  }
}

/** Arms one by one, quantifiers over one collection that stand side by side together. */
function runsOf(arms: readonly Condition[]): readonly (readonly Condition[])[] {
  const runs: Condition[][] = []
  for (const arm of arms) {
    const last = runs.at(-1)
    const before = last?.[0]
    if (before?.kind === 'some' && arm.kind === 'some' && isSameOperand(before.from, arm.from)) last!.push(arm)
    else runs.push([arm])
  }
  return runs
}

function once(test: Test): Compiled {
  return { test, exhaust: undefined }
}

/** From left to right; when one fails, the further solutions of those before it are looked at for errors. */
function conjunction(parts: readonly Compiled[]): Compiled {
  const test = parts
    .map((part) => part.exhaust)
    .reduceRight<Test | undefined>((rest, exhaust, index) => {
      const own = parts[index]!.test
      if (!rest) return own
      if (!exhaust) return (frame) => own(frame) && rest(frame)
      return (frame) => {
        if (!own(frame)) return false
        if (rest(frame)) return true
        exhaust(frame)
        return false
      }
    }, undefined)!
  if (!parts.some((part) => part.exhaust)) return once(test)
  const exhaust: Test = (frame) => {
    const found = test(frame)
    if (found) for (const part of parts) part.exhaust?.(frame)
    return found
  }
  return { test, exhaust }
}

function disjunction(parts: readonly Compiled[], fallible: boolean): Compiled {
  if (parts.length === 1) return parts[0]!
  const [first, second] = parts
  const tests = parts.map((part) => part.test)
  const a = first!.test
  const b = second!.test
  const test: Test =
    parts.length === 2
      ? (frame) => a(frame) || b(frame)
      : (frame) => {
          for (let index = 0; index < tests.length; index++) if (tests[index]!(frame)) return true
          return false
        }
  if (!fallible) return once(test)
  const exhaust: Test = (frame) => {
    let found = false
    for (const part of parts) if ((part.exhaust ?? part.test)(frame)) found = true
    return found
  }
  return { test, exhaust }
}

/** Whether evaluating the condition can be an error. */
function canFail(meaning: Meaning, condition: Condition): boolean {
  const { schema } = meaning
  switch (condition.kind) {
    case 'true':
    case 'false':
      return false
    case 'and':
    case 'or':
      return condition.of.some((one) => canFail(meaning, one))
    case 'not':
      return canFail(meaning, condition.of)
    case 'compare':
      return (
        condition.operator !== '=' || canFailToRead(schema, condition.left) || canFailToRead(schema, condition.right)
      )
    case 'in':
      return canFailToRead(schema, condition.item) || canFailToRead(schema, condition.list)
    case 'isa':
    case 'reads':
      return canFailToRead(schema, condition.of)
    case 'some':
      return canFailToRead(schema, condition.from) || canFail(meaning, condition.where)
    case 'test':
    case 'text':
    case 'ref':
    case 'opaque':
    case 'failure':
      return true
  }
}

function literalOf(operand: Operand): operand is Extract<Operand, { kind: 'value' }> {
  return (
    operand.kind === 'value' &&
    (operand.value === null || (typeof operand.value !== 'object' && !Number.isNaN(operand.value)))
  )
}
