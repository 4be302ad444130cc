import { bailOut } from './bail.js'
import type { Compare, Condition, Definition, In, Operand, Path, Ref, Root, Some } from './condition.js'
import { type Arm, compileExhaustiveLoop, compileLoop, splitFirst, splitSecond, type Test } from './loop.js'
import { constructorOf, type Meaning } from './meaning.js'
import { type Compiled, Compiler, isLiteral, type Leaf, maxCalls, maxDepth, type Predicate } from './predicate.js'
import { compare, compileOperand, contains, equals, equalsLiteral, get, plain, Reader, textTest } from './read.js'

interface Recursion {
  depth: number
  calls: number
}
type Definitions = Map<Definition, { body: Compiled<Test> | undefined; size: number }>

/** Compiles a condition to closures. */
export function compileClosures(condition: Condition, meaning: Meaning): Predicate {
  const compiler = new Closures(meaning, { depth: 0, calls: 0 }, new Map())
  const { test } = compiler.compile(condition)
  const size = compiler.size
  if (size <= 3) return (actor, action, resource) => test([actor, resource, action])
  return (actor, action, resource) => {
    const frame = new Array<unknown>(size)
    frame[0] = actor
    frame[1] = resource
    frame[2] = action
    return test(frame)
  }
}

class Closures extends Compiler<Test> {
  readonly #recursion: Recursion
  readonly #definitions: Definitions
  readonly #slots = new Map<Root, number>()
  readonly #readers = new Map<string, Reader>()
  #size = 3

  constructor(meaning: Meaning, recursion: Recursion, definitions: Definitions) {
    super(meaning)
    this.#recursion = recursion
    this.#definitions = definitions
  }

  get size(): number {
    return this.#size
  }

  /** Gives a root a slot of the frame. */
  #slot(root: Root): number {
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

  #operand(operand: Operand): Reader {
    return compileOperand(operand, (path) => this.#path(path), this.meaning)
  }

  /** What is read more than once is kept, unless it is read from an element, of which there are many. */
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

  protected leaf(condition: Leaf): Test {
    const { meaning } = this
    switch (condition.kind) {
      case 'true':
        return () => true
      case 'false':
        return () => false
      case 'test': {
        const value = this.#operand(condition.of)
        return (frame) => {
          const found = get(value, frame)
          return found === true ? true : found === false ? false : bailOut()
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
        const cls = constructorOf(meaning, model)
        return (frame) => {
          const found = get(value, frame)
          if (cls && typeof found === 'object' && found !== null && found.constructor === cls) return true
          return meaning.isInstance(plain(found), model, exact) ?? bailOut()
        }
      }
      case 'text': {
        const of = this.#operand(condition.of)
        const part = this.#operand(condition.part)
        const { operator } = condition
        return (frame) => textTest(operator, get(of, frame), get(part, frame))
      }
      case 'opaque': {
        const { expression, bindings } = condition.goal
        const readers = bindings.map(({ name, operand }) => [name, this.#operand(operand)] as const)
        return (frame) => {
          const values = new Map(readers.map(([name, value]) => [name, get(value, frame)]))
          return meaning.ask(expression, values) ?? bailOut()
        }
      }
      case 'failure':
        return () => bailOut()
    }
  }

  #compare(condition: Compare): Test {
    const { operator } = condition
    const { meaning } = this
    if (operator === '=') {
      if (isLiteral(condition.right)) return this.#equalsLiteral(condition.left, condition.right.value)
      if (isLiteral(condition.left)) return this.#equalsLiteral(condition.right, condition.left.value)
    }
    const left = this.#operand(condition.left)
    const right = this.#operand(condition.right)
    return operator === '='
      ? (frame) => equals(meaning, get(left, frame), get(right, frame))
      : (frame) => compare(meaning, operator, get(left, frame), get(right, frame))
  }

  /** Equal to a text, a number, a boolean or nil: the most frequent test of all. */
  #equalsLiteral(operand: Operand, literal: unknown): Test {
    const { meaning } = this
    const value = this.#operand(operand)
    return (frame) => equalsLiteral(meaning, get(value, frame), literal)
  }

  #in(condition: In): Test {
    const { meaning } = this
    const item = this.#operand(condition.item)
    const list = this.#operand(condition.list)
    return (frame) => contains(meaning, get(item, frame), get(list, frame))
  }

  protected not(of: Test): Test {
    return (frame) => !of(frame)
  }

  protected and(first: Test, second: Test, exhaust: Test | undefined): Test {
    if (!exhaust) return (frame) => first(frame) && second(frame)
    return (frame) => {
      if (!first(frame)) return false
      if (second(frame)) return true
      exhaust(frame)
      return false
    }
  }

  protected andAll(test: Test, parts: readonly Test[]): Test {
    return (frame) => {
      const found = test(frame)
      if (found) for (const part of parts) part(frame)
      return found
    }
  }

  protected or(arms: readonly Test[]): Test {
    const [first, second] = arms as readonly [Test, Test]
    if (arms.length === 2) return (frame) => first(frame) || second(frame)
    return (frame) => {
      for (let index = 0; index < arms.length; index++) if (arms[index]!(frame)) return true
      return false
    }
  }

  protected orAll(arms: readonly Test[]): Test {
    return (frame) => {
      let found = false
      for (const arm of arms) if (arm(frame)) found = true
      return found
    }
  }

  protected loop(conditions: readonly Some[], canFail: boolean): Compiled<Test> {
    const { meaning } = this
    const from = this.#operand(conditions[0]!.from)
    const slot = this.#slot(conditions[0]!.each)
    const arms = conditions.map((condition): Arm => {
      this.#slots.set(condition.each, slot)
      const { first, rest } = splitFirst(condition)
      if (rest.kind === 'true') return { first, second: undefined, rest: undefined, exhaust: undefined }
      const compiled = this.compile(rest)
      return { first, second: splitSecond(rest, condition), rest: compiled.test, exhaust: compiled.exhaust }
    })
    const test = compileLoop(arms, from, slot, canFail, meaning, (operand) => this.#operand(operand))
    return { test, exhaust: canFail ? compileExhaustiveLoop(arms, from, slot, meaning) : undefined }
  }

  protected ref({ definition, args }: Ref): Compiled<Test> {
    let known = this.#definitions.get(definition)
    if (!known) {
      known = { body: undefined, size: 0 }
      this.#definitions.set(definition, known)
      const inner = new Closures(this.meaning, this.#recursion, this.#definitions)
      for (const parameter of definition.parameters) inner.#slot(parameter)
      known.body = inner.compile(definition.condition)
      known.size = inner.size
    }
    const target = known
    const readers = args.map((arg) => this.#operand(arg))
    const recursion = this.#recursion
    const call =
      (pick: (body: Compiled<Test>) => Test): Test =>
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
    return { test: call((body) => body.test), exhaust: call((body) => body.exhaust ?? body.test) }
  }
}
