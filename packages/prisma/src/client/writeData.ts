import type { ScalarField, Schema, UnsupportedOperationError } from '@arcturus/core/internal/prisma'
import { assertEnum, type Data, type Link, type LinkStep } from '@arcturus/writes/internal/prisma'
import { unsupportedOperation } from '../errors.js'
import { type Arguments, isArguments } from '../literal.js'
import { unfolded } from '../query/cursor.js'
import type { PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import { type Conditions, unknownArgument } from './conditions.js'
import { plainCopy } from './plainCopy.js'
import type { SchemaRelations } from './schemaRelations.js'

/** Reads the `data` of Prisma's writes. */
export class WriteData {
  constructor(
    private readonly schema: Schema,
    private readonly tables: Tables,
    private readonly relations: SchemaRelations,
    private readonly conditions: Conditions,
  ) {}

  /**
   * @param allowsLinks - Whether Prisma accepts relations here.
   * @param outer - The relation that leads here, if the data are nested: the data do not contain its other end.
   * @throws UnsupportedOperationError for a key that Prisma does not know, and for steps without a plan
   */
  async read(given: unknown, model: string, allowsLinks = true, outer?: PrismaRelation): Promise<Data<Arguments>> {
    const inverse = outer && this.tables.inverse(outer)
    if (!isArguments(given)) throw unknownArgument(model, 'data', given)
    const columns: Record<string, unknown> = {}
    const names: string[] = []
    const links: Link<Arguments>[] = []
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue
      const field = this.tables.field(model, name)
      const isOuter = inverse && (field === inverse || (inverse.owner && inverse.from.includes(name)))
      if (!field || isOuter || (field.kind === 'relation' && !allowsLinks))
        throw unknownArgument(model, `data.${name}`, value)
      names.push(name)
      if (field.kind !== 'relation') {
        assertEnum(this.schema, model, name, field.list && isArguments(value) ? (value['set'] ?? value['push']) : value)
        columns[name] = value
      } else {
        const reference = this.relations.link(model, field).unique ? undefined : referenceOf(field, value)
        if (reference) Object.assign(columns, reference)
        else links.push(...(await this.#links(model, field, value)))
      }
    }
    return { columns, names, links }
  }

  /** Reads a caller's `where` of a write: nothing in it may be undefined. */
  async where(given: unknown, model: string): Promise<Arguments> {
    plainCopy(given, true, 'where')
    if (!isArguments(given)) throw unknownArgument(model, 'where', given)
    return unfolded(await this.conditions.where(given, model), model, this.tables)
  }

  async #links(owner: string, field: PrismaRelation, given: unknown): Promise<readonly Link<Arguments>[]> {
    if (!isArguments(given)) throw unknownArgument(owner, `data.${field.name}`, given)
    const relation = this.relations.link(owner, field)
    const links: Link<Arguments>[] = []
    for (const [way, value] of Object.entries(given)) {
      if (value === undefined || (value === false && (way === 'disconnect' || way === 'delete'))) continue
      for (const step of await this.#steps(field, way, value)) {
        // Its rows are found before the first step, but would be those after the earlier ones.
        if (links.length > 0 && isOnAllRows(step)) throw laterStep(field, way)
        links.push({ relation, step })
      }
    }
    return links
  }

  async #steps(field: PrismaRelation, way: string, value: unknown): Promise<readonly LinkStep<Arguments>[]> {
    const { model } = field
    const each = [value].flat()
    const all = async <Step>(read: (one: Arguments) => Promise<Step>): Promise<Step[]> => {
      const steps: Step[] = []
      for (const one of each) {
        if (!isArguments(one)) throw unknownArgument(model, `${field.name}.${way}`, one)
        steps.push(await read(one))
      }
      return steps
    }
    const any = async (): Promise<Arguments> => {
      const wheres = await all((one) => this.where(one, model))
      return wheres.length === 1 ? wheres[0]! : { OR: wheres }
    }
    const whereOf = (one: Arguments) => (one['where'] === undefined ? undefined : this.where(one['where'], model))
    switch (way) {
      case 'create': {
        const data = await all((one) => this.#nested(one, field))
        return data.length === 0 ? [] : [{ kind: 'create', data }]
      }
      case 'createMany': {
        if (!isArguments(value)) throw unknownArgument(model, `${field.name}.createMany`, value)
        assertKeys(value, ['data'], model)
        const data: Data<Arguments>[] = []
        for (const one of [value['data']].flat()) data.push(await this.#nested(one, field, false))
        return data.length === 0 ? [] : [{ kind: 'create', data }]
      }
      case 'connect':
        return each.length === 0 ? [] : [{ kind: 'connect', where: await all((one) => this.where(one, model)) }]
      case 'connectOrCreate':
        return await all(async (one) => {
          assertKeys(one, ['where', 'create'], model)
          return {
            kind: 'connectOrCreate',
            where: await this.where(one['where'], model),
            create: await this.#nested(one['create'], field),
          }
        })
      case 'disconnect':
        if (value === true) return [{ kind: 'disconnect', where: undefined }]
        return each.length === 0 ? [] : [{ kind: 'disconnect', where: await all((one) => this.where(one, model)) }]
      case 'set':
        return [{ kind: 'set', where: await all((one) => this.where(one, model)) }]
      case 'update':
        return await all(async (one) => {
          const isWrapped = field.list || ('data' in one && !this.tables.field(model, 'data'))
          if (isWrapped) assertKeys(one, ['where', 'data'], model)
          const data = await this.#nested(isWrapped ? one['data'] : one, field)
          return { kind: 'update', where: isWrapped ? await whereOf(one) : undefined, data, many: false }
        })
      case 'updateMany':
        return await all(async (one) => {
          assertKeys(one, ['where', 'data'], model)
          return {
            kind: 'update',
            where: await whereOf(one),
            data: await this.#nested(one['data'], field, false),
            many: true,
          }
        })
      case 'upsert':
        return await all(async (one) => {
          assertKeys(one, ['where', 'create', 'update'], model)
          const [create, update] = [await this.#nested(one['create'], field), await this.#nested(one['update'], field)]
          return { kind: 'upsert', where: await whereOf(one), create, update }
        })
      case 'delete':
        if (value === true) return [{ kind: 'delete', where: undefined, many: false }]
        return await all(async (one) => ({ kind: 'delete', where: await this.where(one, model), many: false }))
      case 'deleteMany':
        return each.length === 0 ? [] : [{ kind: 'delete', where: await any(), many: true }]
      default:
        throw unknownArgument(model, `${field.name}.${way}`, value)
    }
  }

  #nested(given: unknown, field: PrismaRelation, allowsLinks = true): Promise<Data<Arguments>> {
    return this.read(given, field.model, allowsLinks, field)
  }
}

/** Returns a value as the row has it after it is sent; undefined if only the database knows. */
export function sentValue({ list, type }: ScalarField, given: unknown): unknown {
  // The digits of a decimal are those of the database.
  if (type === 'decimal') return undefined
  if (list) return isArguments(given) ? given['set'] : given
  // Prisma sends a text as it is: the database rounds it to the digits of its column.
  return type === 'date' && typeof given === 'string' && !/\.\d{4}/.test(given) ? new Date(given) : given
}

/** Returns whether a step is about all rows of a relation that fulfil a condition. */
function isOnAllRows(step: LinkStep<Arguments>): boolean {
  return step.kind === 'set' || ((step.kind === 'update' || step.kind === 'delete') && step.many)
}

/** @throws UnsupportedOperationError for any other key */
export function assertKeys(given: Arguments, allowed: readonly string[], model: string): void {
  for (const name of Object.keys(given)) {
    if (allowed.includes(name)) continue
    if (name === 'skipDuplicates' && (given[name] === false || given[name] === undefined)) continue
    if (name === 'skipDuplicates') throw nestedDuplicates()
    throw unknownArgument(model, name, given[name])
  }
}

/** Returns the columns that connect a row by exactly the columns of the reference. */
function referenceOf({ owner, from, to }: PrismaRelation, value: unknown): Arguments | undefined {
  if (!owner || !isArguments(value)) return undefined
  const ways = Object.keys(value).filter((way) => value[way] !== undefined)
  const key = ways.length === 1 ? value['connect'] : undefined
  if (!isArguments(key)) return undefined
  const names = Object.keys(key)
  const columns = names.length === 1 && to.length > 1 ? key[names[0]!] : key
  if (!isArguments(columns) || Object.keys(columns).length !== to.length) return undefined
  const values = to.map((name) => columns[name])
  if (
    values.some(
      (one) =>
        one === undefined ||
        one === null ||
        (typeof one === 'object' && Object.getPrototypeOf(one) === Object.prototype),
    )
  )
    return undefined
  return Object.fromEntries(from.map((name, at) => [name, values[at]]))
}

function laterStep({ name }: PrismaRelation, way: string): UnsupportedOperationError {
  return unsupportedOperation(
    `\`${name}.${way}\` comes after another step on the same relation, which can change its rows.`,
    { hint: 'write it first, or by an operation of its own in the same `client.$transaction`' },
  )
}

function nestedDuplicates(): UnsupportedOperationError {
  return unsupportedOperation('A nested `createMany` has no `skipDuplicates`.', {
    hint: 'create the rows by a createMany of their own, in the same `client.$transaction`',
  })
}
