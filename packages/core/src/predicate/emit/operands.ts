import type { AssumedType, Call, Constant, Operand, Path, Root, Step } from '../../condition/condition.js'
import { isLength, isPresent, operandType } from '../../condition/type.js'
import { constructorOf, hasGetter } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { type Link, linksNamed } from '../../values/links.js'
import { isPlainLiteral } from '../compiler.js'
import { isFree } from '../hostReads.js'
import type { FunctionPool, Given } from './pool.js'
import type { CodeScope } from './scope.js'
import {
  assigned,
  assumedRead,
  attribute,
  freeCall,
  guarded,
  held,
  kept,
  keptButLast,
  linkFunction,
  member,
  plains,
  sequence,
  settled,
  text,
  type Written,
} from './templates.js'

/** Writes operands as JavaScript. */
export class OperandWriter {
  /** The models of actor and resource, once they are read. */
  readonly models: Map<'actor' | 'resource', string | undefined> = new Map()
  /** The constants that are read. */
  readonly constants: Set<string> = new Set()
  readonly #schema: Schema
  readonly #names = new Map<Root, string>()
  readonly #waits: boolean
  readonly #counts: boolean
  readonly #pool: FunctionPool

  /**
   * @param waits - Whether values that are read may have to be awaited.
   * @param counts - Whether an evaluation counts its steps.
   * @param pool - Collects the values that are given.
   */
  constructor(schema: Schema, waits: boolean, counts: boolean, pool: FunctionPool) {
    this.#schema = schema
    this.#waits = waits
    this.#counts = counts
    this.#pool = pool
  }

  /** Sets the name of a root for the text that is written next. */
  call(root: Root, name: string): void {
    this.#names.set(root, name)
  }

  /** Writes the account for methods and long collections. */
  account(scope: CodeScope): string {
    return this.#counts ? scope.use('budget') : 'own'
  }

  /** Writes an expression about the value of an operand. */
  about(operand: Operand, scope: CodeScope, write: (value: string) => string): string {
    const written = this.write(operand, scope)
    return sequence(settled(written), write(written.value))
  }

  /**
   * Writes an expression about the values of two operands.
   * @param isAlwaysUsed - Whether the left value is used whatever the right one is. Default true.
   */
  between(
    left: Operand,
    right: Operand,
    scope: CodeScope,
    write: (left: string, right: string) => string,
    isAlwaysUsed = true,
  ): string {
    const x = this.write(left, scope)
    const y = this.write(right, scope)
    return sequence(
      [...(y.before.length > 0 || !isAlwaysUsed ? kept(x) : settled(x)), ...settled(y)],
      write(x.value, y.value),
    )
  }

  write(operand: Operand, scope: CodeScope): Written {
    switch (operand.kind) {
      case 'value':
        return { before: [], value: this.value(operand.value) }
      case 'path':
        return this.#path(operand, scope)
      case 'count':
        return this.#path(operand.of, scope)
      case 'constant':
        if (operand.assumed && Object.hasOwn(operand, 'assumed')) return this.#assumed(operand, operand.assumed, scope)
        return assigned([], `plain(${this.#constant(operand)})`, scope)
      case 'field': {
        const of = this.write(operand.of, scope)
        const read = scope.local()
        const reading = this.#read(read, of.value, operand.step, scope, `object(${of.value})?`)
        const found = this.#waits ? [] : [`${read} !== undefined || undecided(${of.value})`]
        return { before: [...settled(of), ...reading, ...found], value: read, isPending: !this.#waits }
      }
      case 'list': {
        const elements = operand.elements.map((element) => this.write(element, scope))
        return assigned(keptButLast(elements), `listed([${plains(elements)}])`, scope)
      }
      case 'call': {
        if (operand.assumed && Object.hasOwn(operand, 'assumed')) return this.#assumed(operand, operand.assumed, scope)
        const of = this.write(operand.of, scope)
        const args = operand.args.map((arg) => this.write(arg, scope))
        const isApart = isFree(operand.method)
        const asked = `${isApart ? 'invoke' : 'call'}(plain(${of.value}), ${text(operand.method)}, [${plains(args)}], ${this.account(scope)})`
        // An argument can be a row that only the machine may load.
        const called = isApart && args.length === 0 ? this.#freeCall(of.value, operand.method, asked) : asked
        return assigned(keptButLast([of, ...args]), called, scope)
      }
      case 'arithmetic': {
        const left = this.write(operand.left, scope)
        const right = this.write(operand.right, scope)
        const result = `calculate("${operand.operator}", ${left.value}, ${right.value})`
        const first = right.before.length === 0 ? settled(left) : held(left)
        return assigned([...first, ...settled(right)], result, scope)
      }
    }
  }

  #freeCall(of: string, method: string, asked: string): string {
    const name = this.#pool.add('f', `call ${method}`, (name) => guarded(name, `plain(of${member(method)}())`))
    return freeCall(name, of, method, asked)
  }

  /** Writes the value of a constant. It can change between evaluations. */
  #constant({ name }: Constant): string {
    this.constants.add(name)
    return `${this.give({ kind: 'constant', name })}.value`
  }

  /** Writes a constant, or a call of its method without arguments, whose value has an assumed type. It is read once. */
  #assumed(operand: Constant | Call, type: AssumedType, scope: CodeScope): Written {
    // Sound: other calls have no assumed type.
    const constant = this.#constant((operand.kind === 'call' ? operand.of : operand) as Constant)
    const method = operand.kind === 'call' ? operand.method : undefined
    const key = `assumed ${constant} ${method}`
    const name = this.#pool.add('f', key, (name) => assumedRead(name, constant, method, type))
    const known = scope.known(key)
    if (known !== undefined) return { before: [], value: known }
    const written = assigned([], `${name}()`, scope)
    scope.learn(key, written.value)
    scope.learn(`plain ${written.value}`, written.value)
    return written
  }

  /** Returns whether a scope has read a path, or is passed its value. */
  isKnown({ root, steps }: Path, scope: CodeScope): boolean {
    const passed = scope.passed?.find({ kind: 'path', root, steps })
    let at: string | undefined = passed?.name ?? this.name(root)
    for (const { name } of steps.slice(passed?.length ?? 0)) {
      at = scope.known(`${at} ${name}`)
      if (at === undefined) return false
    }
    return true
  }

  /** Returns whether the first steps of a path do not lead to nil, or only for data that the schema excludes. */
  #isPresent({ root, steps }: Path, length: number, scope: CodeScope): boolean {
    const row: Path = { kind: 'path', root, steps: steps.slice(0, length) }
    return !operandType(this.#schema, row).nullable || isPresent(scope.present, row, length)
  }

  /** Writes a path with a variable for each step; earlier reads are reused. */
  #path(path: Path, scope: CodeScope): Written {
    const { root, steps } = path
    const before: string[] = []
    const passed = scope.passed?.find(path)
    let at = scope.use(passed?.name ?? this.name(root))
    if (!passed && (root.kind === 'actor' || root.kind === 'resource')) this.models.set(root.kind, root.model)
    // Arguments of a predicate or a definition are not promises.
    let isPending = !this.#waits && (passed !== undefined || root.kind === 'variable')
    let parent: string | undefined
    for (let length = passed?.length ?? 0; length < steps.length; length++) {
      const step = steps[length]!
      const { name } = step
      // Any attribute of a promise is undefined.
      if (parent !== undefined) before.push(`${at} !== undefined || undecided(${parent})`)
      parent = undefined
      const key = `${at} ${name}`
      let read = scope.known(key)
      if (read === undefined) {
        // Any other attribute of a text or a number is undefined.
        const ofPrimitives = isOfPrimitives(name) && (length > 0 || !isRow(root))
        // A partial list does not know its number of rows.
        if (ofPrimitives) before.push(`Array.isArray(${at}) && !isWhole(${at}) && bail()`)
        read = scope.local()
        scope.learn(key, read)
        const mayHang = isPending && scope.known(`plain ${at}`) === undefined
        if (mayHang && name in Promise.prototype) before.push(`plain(${at})`)
        const object = ofPrimitives ? `object(${at})?` : this.#isPresent(path, length, scope) ? at : `${at}?`
        before.push(...this.#read(read, at, step, scope, object))
        if (mayHang) parent = at
      }
      at = read
      isPending = !this.#waits
    }
    return {
      before,
      value: at,
      isPending: isPending && scope.known(`plain ${at}`) === undefined,
      isRow: (isRow(root) || (root.kind === 'parameter' && !root.type.nullable)) && steps.length === 0 && !passed,
      parent,
    }
  }

  /**
   * Writes the read of an attribute into a variable.
   * @param reader - An expression for the object; it ends with a question mark if there may be none.
   */
  #read(into: string, of: string, step: Step, scope: CodeScope, reader: string): readonly string[] {
    const { name } = step
    const read = `${into} = ${this.#isComputed(step) ? this.#computed(reader, name) : attribute(reader, name)}`
    const tests = this.#links(step).map((link) => `${this.#linkTest(link)}(${of}, ${into})`)
    if (!this.#waits) return [read, ...tests]
    const arriving = `yield ${scope.use('arrive')}(${into}, ${of}, ${text(name)})`
    return [read, `isLate(${into}) && (${into} = whole(${arriving}))`, ...tests]
  }

  /** Returns whether a class computes the attribute, by code that can throw. */
  #isComputed({ name, model }: Step): boolean {
    if (this.#waits || model === undefined) return false
    return this.#schema.descendants(model).some((one) => hasGetter(constructorOf(this.#schema, one), name))
  }

  #computed(reader: string, name: string): string {
    const [object, isThere] = reader.endsWith('?') ? [reader.slice(0, -1), false] : [reader, true]
    const of = isThere ? 'of' : 'of?'
    const read = this.#pool.add('f', `read ${of} ${name}`, (one) => guarded(one, attribute(of, name)))
    return `${read}(${object})`
  }

  #links(step: Step): readonly Link[] {
    return isLength(step) ? [] : linksNamed(this.#schema, step.model, step.name)
  }

  /** Returns the name of the function that tests whether a relation holds the row that its holder refers to. */
  #linkTest({ from, to, kept }: Link): string {
    return this.#pool.add('link', `link ${JSON.stringify([from, to, kept])}`, (name) =>
      linkFunction(name, { from, to, kept }),
    )
  }

  name(root: Root): string {
    if (root.kind !== 'variable' && root.kind !== 'parameter') return root.kind
    let name = this.#names.get(root)
    if (name === undefined) {
      name = `given${this.#names.size}`
      this.#names.set(root, name)
    }
    return name
  }

  /** Writes a literal; any other value becomes an argument of the function. */
  value(value: unknown): string {
    const isWritten =
      typeof value === 'number' ? Number.isFinite(value) && !Object.is(value, -0) : isPlainLiteral(value)
    if (isWritten) return JSON.stringify(value)
    return this.give({ kind: 'value', value })
  }

  /** Returns the name of an argument of the function. */
  give(given: Given): string {
    return `v${this.#pool.give(given)}`
  }
}

/** Returns whether a root is surely a row of a model: the predicate was chosen by it. */
function isRow({ kind, model }: Root): boolean {
  return (kind === 'actor' || kind === 'resource') && model !== undefined
}

/**
 * Returns whether JavaScript's texts, numbers or booleans have the attribute; in Polar they have
 * none.
 */
function isOfPrimitives(name: string): boolean {
  return [String, Number, Boolean, BigInt, Symbol].some((one) => name in one.prototype) || name === 'length'
}
