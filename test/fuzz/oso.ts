import { createRequire } from 'node:module'
import type * as OsoPackage from 'oso'
import { equal, isDecimal } from './definiteRows.js'
import type { Objects } from './objects.js'
import type { Case } from './randomCase.js'
import { isSubclass, keyOf, type World } from './world.js'

const { Oso } = createRequire(import.meta.url)('oso') as typeof OsoPackage

export type OsoAnswer = boolean | { readonly error: string }

/** How the package is made to deviate from itself, to find out whether that explains a disagreement. */
export interface OsoVariant {
  /** DESIGN §7, point 2: orderings with nil are false. */
  readonly nilHasNoOrder?: boolean
  /** DESIGN §4: an ordering of incomparable types is an error. */
  readonly typesHaveNoOrder?: boolean
}

/** The npm package `oso` over the same instances, rows equal by their keys. */
export class OsoEvaluator {
  readonly #oso: OsoPackage.Oso
  readonly #objects: Objects

  private constructor(oso: OsoPackage.Oso, objects: Objects) {
    this.#oso = oso
    this.#objects = objects
  }

  /** @throws what `oso` throws for a policy that it does not take. */
  static async load(asked: Case, policy: string, objects: Objects, variant: OsoVariant = {}): Promise<OsoEvaluator> {
    const { world } = asked
    const oso = new Oso({ equalityFn: (left: unknown, right: unknown) => sameValue(world, left, right) })
    for (const { name } of world.models) oso.registerClass(objects.classes.get(name)!)
    // It has no word for a bigint or a decimal, and is asked nothing about them.
    for (const [name, value] of objects.constants)
      if (typeof value !== 'bigint' && !isDecimal(value)) oso.registerConstant(value, name)
    const host = oso.getHost() as unknown as OsoHost // internal, and not in its types
    host.adapter = { ...host.adapter, variant }
    await quietly(() => oso.loadStr(policy))
    return new OsoEvaluator(oso, objects)
  }

  async isAllowed(actor: number | null, action: string, row: number): Promise<OsoAnswer> {
    try {
      return await this.#oso.isAllowed(
        actor === null ? null : this.#objects.rows[actor],
        action,
        this.#objects.rows[row],
      )
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  }

  free(): void {
    // The core lives in WebAssembly's memory, which nothing collects.
    this.#oso.free()
  }
}

function sameValue(world: World, left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (left instanceof Date || right instanceof Date)
    return left instanceof Date && right instanceof Date && equal(left, right)
  const a = left.constructor.name
  const b = right.constructor.name
  const known = (name: string): boolean => world.models.some((one) => one.name === name)
  if (!known(a) || !known(b) || !(isSubclass(world, a, b) || isSubclass(world, b, a))) return false
  const key = keyOf(world, a)
  const part = (of: object, name: string): unknown => (of as Readonly<Record<string, unknown>>)[name]
  return key.length > 0 && key.every((name) => equal(part(left, name), part(right, name)))
}

interface OsoHost {
  adapter: object & { readonly variant?: OsoVariant }
  externalOp(operator: string, left: unknown, right: unknown): Promise<boolean>
  toJs(term: unknown): Promise<unknown>
}

const orderings: readonly string[] = ['Lt', 'Leq', 'Gt', 'Geq']

/** Lets a variant of `oso` take effect in its host. A query's host is a clone, which keeps the adapter: that says which variant. */
function allowVariants(): void {
  const prototype = Object.getPrototypeOf(new Oso().getHost()) as OsoHost // internal, and not in its types
  const { externalOp } = prototype
  prototype.externalOp = async function (this: OsoHost, operator, left, right) {
    const { variant } = this.adapter
    if (variant && orderings.includes(operator)) {
      const [a, b] = [await this.toJs(left), await this.toJs(right)]
      const isNil = a === null || b === null
      if (variant.nilHasNoOrder && isNil) return false
      if (variant.typesHaveNoOrder && !isNil && a instanceof Date !== b instanceof Date) {
        throw new TypeError('these two have no order')
      }
    }
    return externalOp.call(this, operator, left, right)
  }
}
allowVariants()

async function quietly<T>(load: () => Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = () => {}
  try {
    return await load()
  } finally {
    console.warn = warn
  }
}
