import { refuse } from '../refusal.js'
import type { Path } from './path.js'
import {
  nameInSchema,
  type PrismaColumn,
  type PrismaEnum,
  type PrismaField,
  type PrismaModel,
  type PrismaRelation,
  type PrismaSchema,
} from './schema.js'

/** The target of a path: through to-one relations to a field, or to the row itself. */
export interface PathEnd {
  readonly hops: readonly PrismaRelation[]
  /** The model whose field is read. */
  readonly model: PrismaModel
  /** Undefined if the path is the row itself. */
  readonly field: PrismaField | undefined
}

/** Finds models, fields and relations of a Prisma schema. */
export class Tables {
  readonly #models: ReadonlyMap<string, PrismaModel>
  readonly #names: ReadonlyMap<string, string>
  readonly #holders: ReadonlyMap<PrismaRelation, PrismaModel>
  readonly #enums: ReadonlyMap<string, PrismaEnum>

  constructor(readonly schema: PrismaSchema) {
    this.#models = new Map(schema.models.map((model) => [model.name, model]))
    this.#names = new Map(schema.models.map((model) => [nameInSchema(model), model.name]))
    this.#holders = new Map(
      schema.models.flatMap((model) =>
        model.fields.flatMap((field) => (field.kind === 'relation' ? [[field, model] as const] : [])),
      ),
    )
    this.#enums = new Map(schema.enums.map((one) => [one.name, one]))
  }

  model(name: string | undefined): PrismaModel | undefined {
    return name === undefined ? undefined : this.#models.get(name)
  }

  /** Returns the name of a model in policies. @param given - The name in the Prisma schema. */
  nameOf(given: string): string {
    return this.#names.get(given) ?? given
  }

  valuesOf(column: PrismaColumn): readonly string[] {
    return this.#enums.get(column.type)?.values ?? []
  }

  /** Returns the stored values of a column's enum, by the client's names. */
  storedValues(column: PrismaColumn): ReadonlyMap<string, string> {
    const mapped = this.#enums.get(column.type)?.mapped
    return new Map(this.valuesOf(column).map((name) => [name, mapped?.[name] ?? name]))
  }

  /** Returns the model whose rows have the relation. */
  holder(relation: PrismaRelation): PrismaModel | undefined {
    return this.#holders.get(relation)
  }

  /** Returns the same relation from the other end; undefined if that end is ignored. */
  inverse(relation: PrismaRelation): PrismaRelation | undefined {
    const holder = this.#holders.get(relation)
    return this.#models
      .get(relation.model)
      ?.fields.find(
        (field): field is PrismaRelation =>
          field.kind === 'relation' &&
          field !== relation &&
          field.relation === relation.relation &&
          field.model === holder?.name,
      )
  }

  /**
   * Whether the own columns identify a row of the relation, and the database enforces that
   * reference.
   */
  isKept(relation: PrismaRelation): boolean {
    return this.names(relation) && this.#isKept(relation)
  }

  /** Whether the own columns identify the row of a relation, if it exists. */
  names({ owner, collated }: PrismaRelation): boolean {
    return owner && !collated
  }

  /**
   * Whether the other rows of a relation, or a table between the two, refer to the own row, and the
   * database enforces that reference.
   */
  isKeptByOthers(relation: PrismaRelation): boolean {
    return !relation.owner && this.#isKept(this.inverse(relation) ?? relation)
  }

  #isKept(relation: PrismaRelation): boolean {
    const isView = this.#holders.get(relation)?.view || this.#models.get(relation.model)?.view
    return relation.kept ?? (this.schema.relationMode === 'foreignKeys' && !isView)
  }

  /**
   * Whether a to-one relation can lead to no row: by the schema, or because the database does not
   * enforce it.
   */
  canBeMissing(relation: PrismaRelation): boolean {
    return !relation.list && (relation.nullable || (relation.owner && !this.isKept(relation)))
  }

  field(model: string | undefined, name: string): PrismaField | undefined {
    return this.model(model)?.fields.find((field) => field.name === name)
  }

  /** Returns the relation at the end of a path; undefined if the path ends otherwise. */
  relation(path: Path): PrismaRelation | undefined {
    const last = path.steps.at(-1)
    const field = last && this.field(last.model, last.name)
    return field?.kind === 'relation' ? field : undefined
  }

  /**
   * Returns the nullable columns of a relation's reference; none if the other row holds the
   * reference.
   */
  nullableColumns(relation: PrismaRelation): readonly string[] {
    const model = this.#holders.get(relation)
    return relation.from.filter((name) => model?.fields.find((field) => field.name === name)?.nullable)
  }

  /** @throws UnsupportedFilterError if a step is not a field, or leads through a list */
  place(path: Path): PathEnd {
    const start = this.model(path.root.model)
    if (!start) refuse('operand', `"${path.root.name}" is not a row of a Prisma model.`, path.steps[0]?.span)
    const hops: PrismaRelation[] = []
    let model: PrismaModel = start
    let field: PrismaField | undefined
    for (const step of path.steps) {
      if (field) {
        if (field.kind !== 'relation' || field.list) {
          refuse('operand', `"${step.name}" is read from "${field.name}", which is not a single row.`, step.span)
        }
        hops.push(field)
        model = this.model(field.model)!
      }
      field = model.fields.find((one) => one.name === step.name)
      if (!field) refuse('operand', `"${model.name}" has no column "${step.name}".`, step.span)
    }
    return { hops, model, field }
  }

  /**
   * Replaces the key of a referenced row by the column of the reference: `document.owner.id` is
   * `document.ownerId` if there is an owner.
   * @returns the path, and the relations that must have a row for the two to be the same
   */
  canonical(path: Path): { readonly path: Path; readonly present: readonly Path[] } {
    const present: Path[] = []
    let steps = path.steps
    for (;;) {
      const [relation, column] = steps.slice(-2)
      const field = relation && column ? this.field(relation.model, relation.name) : undefined
      const at = field?.kind === 'relation' && this.names(field) ? field.to.indexOf(column!.name) : -1
      if (field?.kind !== 'relation' || at === -1) return { path: { ...path, steps }, present }
      present.push({ ...path, steps: steps.slice(0, -1) })
      steps = [...steps.slice(0, -2), { ...relation!, name: field.from[at]! }]
    }
  }
}
