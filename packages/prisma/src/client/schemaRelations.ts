import type { Dependent, LinkRelation, Relations } from '@arcturus/writes/internal/prisma'
import type { PrismaModel, PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'

/** The relations of a Prisma schema, as the plan of a write needs them. */
export class SchemaRelations implements Relations {
  readonly #references = new Map<string, readonly LinkRelation[]>()
  readonly #dependents = new Map<string, readonly Dependent[]>()

  constructor(private readonly tables: Tables) {
    const { models } = tables.schema
    const dependents = new Map<string, Dependent[]>(models.map(({ name }) => [name, []]))
    for (const { name, fields } of models) {
      const own = fields.filter((field): field is PrismaRelation => field.kind === 'relation' && field.owner)
      const references = own.map((field) => this.link(name, field))
      this.#references.set(name, references)
      for (const [at, field] of own.entries())
        dependents.get(field.model)?.push({ relation: references[at]!, onDelete: effectOf(field) })
    }
    for (const [name, found] of dependents) this.#dependents.set(name, found)
  }

  references(model: string): readonly LinkRelation[] {
    return this.#references.get(model) ?? []
  }

  dependents(model: string): readonly Dependent[] {
    return this.#dependents.get(model) ?? []
  }

  /** Returns a relation of a model. */
  link(owner: string, field: PrismaRelation): LinkRelation {
    const keeper = field.from.length === 0 ? 'join' : field.owner ? 'own' : 'other'
    const inverse = this.tables.inverse(field)
    const reference = field.owner ? field : inverse
    return {
      name: field.name,
      owner,
      model: field.model,
      many: field.list,
      keeper,
      from: field.from,
      to: field.to,
      nullable: reference?.nullable ?? false,
      unique: field.owner && isUnique(field.from, this.tables.model(owner)!),
      inverse: inverse?.name,
    }
  }
}

function isUnique(columns: readonly string[], { uniques }: PrismaModel): boolean {
  return uniques.some(
    ({ fields }) => fields.length === columns.length && fields.every((name) => columns.includes(name)),
  )
}

/** Of an action that the schema does not tell, the most is assumed. */
function effectOf({ onDelete }: PrismaRelation): Dependent['onDelete'] {
  if (onDelete === 'Restrict' || onDelete === 'NoAction') return 'refuse'
  return onDelete === 'SetNull' || onDelete === 'SetDefault' ? 'detach' : 'cascade'
}
