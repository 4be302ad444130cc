import type { Root } from '../../condition/condition.js'
import { constructorOf, hasGetter } from '../../schema/classes.js'
import { contextKey, isContextObject } from '../../schema/context.js'
import type { Field } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { unitsPerStep } from '../../text/account.js'
import type { Link } from '../../values/links.js'
import type { ReadPath, ReadStep, Value } from '../graph/graph.js'
import { isKept, isPlainLiteral } from '../graph/values.js'
import { isFree } from '../hostReads.js'
import { classTest } from './equality.js'
import type { FunctionPool, Given } from './pool.js'
import type { CodeScope } from './scope.js'
import {
  assumedRead,
  attribute,
  contextRead,
  freeCall,
  guarded,
  isObject,
  linkFunction,
  member,
  quickText,
  testOfText,
  text,
} from './templates.js'
import {
  assigned,
  defined,
  definedAndPlain,
  ensured,
  ensuredInTurn,
  plains,
  sequence,
  type Written,
} from './written.js'

/** Writes operands as JavaScript. */
export class OperandWriter {
  /** The models of actor and resource, once they are read. */
  readonly models: Map<'actor' | 'resource', string | undefined> = new Map()
  /** The constants that are read. */
  readonly constants: Set<string> = new Set()
  readonly #names = new Map<Root, string>()

  /**
   * @param counts - Whether an evaluation counts its steps.
   * @param pool - Collects the values that are given.
   */
  constructor(
    private readonly schema: Schema,
    private readonly counts: boolean,
    private readonly pool: FunctionPool,
  ) {}

  /** Sets the name of a root for the text that is written next. */
  call(root: Root, name: string): void {
    this.#names.set(root, name)
  }

  /** Writes the account for methods and long collections. */
  account(scope: CodeScope): string {
    return this.counts ? scope.use('budget') : 'own'
  }

  /** Writes an expression about the value of an operand. */
  about(value: Value, scope: CodeScope, write: (written: string) => string): string {
    const written = this.write(value, scope)
    return sequence(ensured(written, defined), write(written.value))
  }

  /**
   * Writes an expression about the values of two operands.
   * @param isAlwaysUsed - Whether the left value is used whatever the right one is. Default true.
   */
  between(
    left: Value,
    right: Value,
    scope: CodeScope,
    write: (left: string, right: string) => string,
    isAlwaysUsed = true,
  ): string {
    const x = this.write(left, scope)
    const y = this.write(right, scope)
    return sequence(
      [
        ...ensured(x, (y.before.length > 0 && !y.isSafe) || !isAlwaysUsed ? definedAndPlain : defined),
        ...ensured(y, defined),
      ],
      write(x.value, y.value),
    )
  }

  write(value: Value, scope: CodeScope): Written {
    switch (value.kind) {
      case 'literal':
        return { before: [], value: this.value(value.value) }
      case 'path':
        return this.#path(value, scope)
      case 'constant':
        return this.#constant(value, scope)
      case 'field': {
        const of = this.write(value.of, scope)
        const read = scope.local()
        if (this.#isValidated(this.#fieldOfContext(value)))
          return {
            before: [...of.before, `${read} = ${attribute(`${of.value}?`, value.step.name)}`],
            value: read,
            isSafe: true,
          }
        const reading = this.#read(read, of.value, value.step, `object(${of.value})?`)
        const found = `${read} !== undefined || undecided(${of.value})`
        return { before: [...ensured(of, defined), ...reading, found], value: read, isPending: true }
      }
      case 'list': {
        const elements = value.of.map((element) => this.write(element, scope))
        return assigned(ensuredInTurn(elements), `listed([${plains(elements)}])`, scope)
      }
      case 'invoke': {
        const { method } = value
        const written = value.of.map((one) => this.write(one, scope))
        const [of, ...args] = written as [Written, ...Written[]]
        if (value.isOfText && isQuickTest(method, value.of[1]))
          return assigned(ensuredInTurn(written), testOfText(method, of.value, args[0]!.value), scope)
        const isApart = isFree(method)
        const asked = `${isApart ? 'invoke' : 'call'}(plain(${of.value}), ${text(method)}, [${plains(args)}], ${this.account(scope)})`
        // An argument can be a row that only the machine may load.
        const called =
          isApart && args.length === 0 ? this.#freeCall(of.value, method, asked) : this.#call(of, method, args, asked)
        return assigned(ensuredInTurn(written), called, scope)
      }
      case 'arithmetic': {
        const [left, right] = [this.write(value.of[0], scope), this.write(value.of[1], scope)]
        const result = `calculate("${value.operator}", ${left.value}, ${right.value})`
        const first = ensured(left, right.before.length === 0 ? defined : { isPlain: true })
        return assigned([...first, ...ensured(right, defined)], result, scope)
      }
    }
  }

  /** Returns the declaration of a name of the context, or of a field of its objects; undefined for any other value. */
  #fieldOfContext(value: Value): Field | undefined {
    if (value.kind === 'constant') return this.schema.context.fields.get(value.name)
    if (value.kind !== 'field') return undefined
    const of = this.#fieldOfContext(value.of)
    return isContextObject(this.schema, of) ? this.schema.typeNamed(of.model)?.fields.get(value.step.name) : undefined
  }

  /** Returns whether a value of the context was validated to be no promise. */
  #isValidated(field: Field | undefined): boolean {
    if (field?.kind !== 'scalar') return isContextObject(this.schema, field)
    return !field.list && field.type !== 'json' && field.type !== 'unknown'
  }

  /**
   * Writes the value of a constant, which can change between evaluations. If it has an assumed type or is one of the
   * context, it is read, and its method is called, once.
   */
  #constant(value: Extract<Value, { kind: 'constant' }>, scope: CodeScope): Written {
    const { name, method, assumed } = value
    this.constants.add(name)
    const constant = this.give({ kind: 'constant', name })
    const field = this.#fieldOfContext(value)
    if (field !== undefined) {
      const key = `context ${constant}`
      const read = this.pool.add('f', key, (one) =>
        contextRead(one, constant, contextKey(this.pool.mark, this.schema.context, name)),
      )
      const isSafe = this.#isValidated(field)
      return { ...this.#once(key, isSafe ? `${read}()` : `plain(${read}())`, scope), isSafe }
    }
    if (assumed === undefined) return assigned([], `plain(${constant}.value)`, scope)
    const key = `assumed ${constant} ${method}`
    const read = this.pool.add('f', key, (one) => assumedRead(one, `${constant}.value`, method, assumed))
    return this.#once(key, `${read}()`, scope)
  }

  /** Writes a value that is no promise, and is read once. */
  #once(key: string, read: string, scope: CodeScope): Written {
    const known = scope.known(key)
    if (known !== undefined) return { before: [], value: known }
    const written = assigned([], read, scope)
    scope.learn(key, written.value)
    scope.learn(`plain ${written.value}`, written.value)
    return written
  }

  /** Writes a path with a variable for each step; earlier reads are reused. */
  #path({ root, steps }: ReadPath, scope: CodeScope): Written {
    const before: string[] = []
    let at = scope.use(this.name(root))
    if (root.kind === 'actor' || root.kind === 'resource') this.models.set(root.kind, root.model)
    // Arguments of a predicate or a definition are not promises.
    let isPending = root.kind === 'variable'
    let parent: string | undefined
    for (const [index, step] of steps.entries()) {
      const { name } = step
      // Any attribute of a promise is undefined.
      if (parent !== undefined) before.push(`${at} !== undefined || undecided(${parent})`)
      parent = undefined
      const key = `${at} ${name}`
      let read = scope.known(key)
      if (read === undefined) {
        // Any other attribute of a text or a number is undefined.
        const ofPrimitives = isOfPrimitives(name) && (index > 0 || !isRow(root))
        // A partial list does not know its number of rows.
        if (ofPrimitives) before.push(`Array.isArray(${at}) && !isWhole(${at}) && bail()`)
        read = scope.local()
        scope.learn(key, read)
        const mayHang = isPending && scope.known(`plain ${at}`) === undefined
        if (mayHang && name in Promise.prototype) before.push(`plain(${at})`)
        const object = ofPrimitives ? `object(${at})?` : step.isOfNullable ? `${at}?` : at
        before.push(...this.#read(read, at, step, object))
        if (mayHang) parent = at
      }
      at = read
      isPending = true
    }
    return {
      before,
      value: at,
      isPending: isPending && scope.known(`plain ${at}`) === undefined,
      isRow: (isRow(root) || (root.kind === 'parameter' && !root.type.nullable)) && steps.length === 0,
      parent,
    }
  }

  /**
   * Writes the read of an attribute into a variable.
   * @param reader - An expression for the object; it ends with a question mark if there may be none.
   */
  #read(into: string, of: string, step: ReadStep, reader: string): readonly string[] {
    const { name, links, holds } = step
    const read = `${into} = ${this.#isComputed(step) ? this.#computed(reader, name) : attribute(reader, name)}`
    const tests = links.map((link) => `${this.#linkTest(link)}(${of}, ${into})`)
    if (holds !== undefined) tests.push(this.classTest(into, holds))
    return [read, ...tests, ...(isKept(step) ? [this.#reference(into, of, step)] : [])]
  }

  /** Writes that a relation that is not loaded is read by its foreign key. */
  #reference(into: string, of: string, { model, name }: ReadStep): string {
    const given = [model === undefined ? 'undefined' : text(model), text(name)]
    return `${into} !== undefined || (${into} = referenced(${[of, ...given].join(', ')}))`
  }

  /** Returns whether a class computes the attribute, by code that can throw. */
  #isComputed({ name, model }: ReadStep): boolean {
    if (model === undefined) return false
    return this.schema.descendants(model).some((one) => hasGetter(constructorOf(this.schema, one), name))
  }

  /** Writes the read of an attribute that a class computes. */
  #computed(reader: string, name: string): string {
    const [object, of] = reader.endsWith('?') ? [reader.slice(0, -1), 'of?'] : [reader, 'of']
    const read = this.pool.add('f', `read ${of} ${name}`, (one) => guarded(one, attribute(of, name)))
    return `${read}(${object})`
  }

  /** Writes a call of a method that tests a text, if it is one. */
  #call(of: Written, method: string, args: readonly Written[], asked: string): string {
    return args.length === 1 && isTextTest(method) ? quickText(method, of.value, args[0]!.value, asked) : asked
  }

  #freeCall(of: string, method: string, asked: string): string {
    const name = this.pool.add('f', `call ${method}`, (name) =>
      guarded(name, `noFunction(plain(of${member(method)}()))`),
    )
    return freeCall(name, of, method, asked)
  }

  /** Writes that a value that contradicts its declared class is left to the machine. */
  classTest(x: string, model: string): string {
    const asked = `isa(plain(x), ${text(model)}, false, ${text(model)}) || bail(x)`
    const name = this.pool.add('is', JSON.stringify(['held', model]), (one) => classTest(one, asked))
    return `${isObject(x)} && ${x}.constructor !== ${this.give({ kind: 'class', model })} && ${name}(${x})`
  }

  /** Returns the name of the function that tests whether a relation holds the row that its holder refers to. */
  #linkTest({ from, to, kept }: Link): string {
    return this.pool.add('link', `link ${JSON.stringify([from, to, kept])}`, (name) =>
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
    return `v${this.pool.give(given)}`
  }
}

/** Returns whether a root is surely a row of a model: the predicate was chosen by it. */
function isRow({ kind, model }: Root): boolean {
  return (kind === 'actor' || kind === 'resource') && model !== undefined
}

/** Returns whether a method of texts is one of the operators of conditions. */
function isTextTest(method: string): boolean {
  return method === 'startsWith' || method === 'endsWith' || method === 'includes'
}

/** Returns whether a test of any text costs less than a step. */
function isQuickTest(method: string, part: Value | undefined): boolean {
  if (!isTextTest(method) || method === 'includes' || part?.kind !== 'literal') return false
  return typeof part.value === 'string' && part.value.length < unitsPerStep
}

/**
 * Returns whether JavaScript's texts, numbers or booleans have the attribute; in Polar they have
 * none.
 */
function isOfPrimitives(name: string): boolean {
  return [String, Number, Boolean, BigInt, Symbol].some((one) => name in one.prototype) || name === 'length'
}
