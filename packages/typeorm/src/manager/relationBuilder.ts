import { type ObjectLiteral, RelationQueryBuilder } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { modelName } from '../schema/entities.js'
import { sessionOfBuilder } from './builders.js'
import { keysOf } from './criteria.js'
import { Plan, type ReferenceLink } from './plan.js'
import { writing } from './session.js'

/** The relation whose links a statement changes, and the rows with the relation. */
interface Via {
  readonly relation: RelationMetadata
  readonly of: unknown
}

const relations = new WeakMap<object, Via>()

/** Returns the relation whose links a statement changes; undefined for a statement that a caller wrote. */
export function viaOf(builder: object): RelationMetadata | undefined {
  return relations.get(builder)?.relation
}

/** Returns the relation of another row by which a statement changes references; undefined for any other. */
export function referenceLinkOf(builder: object): ReferenceLink | undefined {
  const { relation: via, of } = relations.get(builder) ?? {}
  if (!via?.isOneToMany && !via?.isOneToOneNotOwner) return undefined
  const [own, ...others] = keysOf(of, via.entityMetadata) ?? []
  return own && others.length === 0 ? { via, own } : undefined
}

/** Notes the relation of a builder for one that is made from it. */
export function passVia(from: object, to: object): void {
  const known =
    from instanceof GuardedRelation && from.isUsed
      ? { relation: from.expressionMap.relationMetadata, of: from.expressionMap.of }
      : relations.get(from)
  if (known) relations.set(to, known)
}

/** Changes the rows of a relation: rows that the actor may not read do not exist. */
export class GuardedRelation<Entity extends ObjectLiteral = ObjectLiteral> extends RelationQueryBuilder<Entity> {
  /** Whether the builder makes the statements of a relation. */
  isUsed = false

  override createQueryBuilder(...args: Parameters<RelationQueryBuilder<Entity>['createQueryBuilder']>): this {
    const made = super.createQueryBuilder(...args)
    passVia(this, made)
    return made
  }

  override set(value: unknown): Promise<void> {
    return this.#changed([value], (own) => super.set.call(own, value))
  }

  // biome-ignore lint/suspicious/noExplicitAny: TypeORM's own type
  override add(value: any): Promise<void> {
    return this.#changed([value], (own) => super.add.call(own, value))
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  override remove(value: any): Promise<void> {
    return this.#changed([value], (own) => super.remove.call(own, value))
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  override addAndRemove(added: any, removed: any): Promise<void> {
    return this.#changed([added, removed], async (own) => {
      await super.remove.call(own, removed)
      await super.add.call(own, added)
    })
  }

  /** Runs the change in one transaction, for rows that may be read. */
  async #changed(values: readonly unknown[], change: (own: this) => Promise<void>): Promise<void> {
    const session = sessionOfBuilder(this)
    await writing(session, async (inner, manager) => {
      const relation = this.expressionMap.relationMetadata
      const plan = new Plan(inner)
      await assertReadable(plan, relation.entityMetadata, this.expressionMap.of)
      for (const value of values) await assertReadable(plan, relation.inverseEntityMetadata, value)
      const own = new GuardedRelation<Entity>(manager.connection, inner.runner) as this
      Object.assign(own, { expressionMap: this.expressionMap.clone(), isUsed: true })
      await change(own)
    })
  }
}

async function assertReadable(plan: Plan, entity: EntityMetadata, rows: unknown): Promise<void> {
  const all = [rows].flat().filter((one) => one !== null && one !== undefined)
  if (all.length === 0) return
  const keys = keysOf(all, entity)
  if (!keys) throw plan.judge.denial(false)
  await plan.demanded(entity, keys, await plan.judge.before('read', modelName(entity)))
}
