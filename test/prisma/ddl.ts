import type {
  PrismaColumn,
  PrismaModel,
  PrismaProvider,
  PrismaRelation,
  PrismaSchema,
} from '../../packages/prisma/src/schema/schema.js'

/**
 * The SQL that makes the tables of a Prisma schema, one statement an element, in an order that a database takes.
 */
export function createTables(schema: PrismaSchema, { references = true, generated = [] }: TableOptions = {}): string[] {
  const sql = new Ddl(schema, references, generated)
  return [...sql.enums(), ...schema.models.map((model) => sql.table(model)), ...sql.links(), ...sql.references()]
}

interface TableOptions {
  /** Whether foreign keys are enforced. Default true. */
  readonly references?: boolean
  /** Models whose key the database generates. */
  readonly generated?: readonly string[]
}

const types: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sqlite: {
    String: 'TEXT',
    Boolean: 'BOOLEAN',
    Int: 'INTEGER',
    BigInt: 'BIGINT',
    Float: 'REAL',
    Decimal: 'DECIMAL',
    DateTime: 'DATETIME',
    Json: 'JSONB',
    Bytes: 'BLOB',
  },
  postgresql: {
    String: 'TEXT',
    Boolean: 'BOOLEAN',
    Int: 'INTEGER',
    BigInt: 'BIGINT',
    Float: 'DOUBLE PRECISION',
    Decimal: 'DECIMAL(65,30)',
    DateTime: 'TIMESTAMP(3)',
    Json: 'JSONB',
    Bytes: 'BYTEA',
  },
  mysql: {
    String: 'VARCHAR(191)',
    Boolean: 'BOOLEAN',
    Int: 'INTEGER',
    BigInt: 'BIGINT',
    Float: 'DOUBLE',
    Decimal: 'DECIMAL(65,30)',
    DateTime: 'DATETIME(3)',
    Json: 'JSON',
    Bytes: 'LONGBLOB',
  },
}

/** Native types whose SQL is not just their name in capitals. */
const natives: Readonly<Record<string, string>> = {
  Citext: 'TEXT',
  DoublePrecision: 'DOUBLE PRECISION',
  UnsignedBigInt: 'BIGINT UNSIGNED',
}

class Ddl {
  readonly #schema: PrismaSchema
  readonly #provider: PrismaProvider
  readonly #enforced: boolean

  readonly #generated: readonly string[]

  constructor(schema: PrismaSchema, enforced: boolean, generated: readonly string[]) {
    this.#generated = generated
    this.#schema = schema
    this.#enforced = enforced
    this.#provider = schema.provider
  }

  name(name: string): string {
    return this.#provider === 'mysql' ? `\`${name}\`` : `"${name}"`
  }

  /** PostgreSQL's enums are types; the values that a schema renames are renamed here as the client's names say. */
  enums(): string[] {
    if (this.#provider !== 'postgresql') return []
    return this.#schema.enums.map(
      (one) =>
        `CREATE TYPE ${this.name(one.name)} AS ENUM (${one.values.map((value) => `'${stored(value)}'`).join(', ')})`,
    )
  }

  table(model: PrismaModel): string {
    const columns = model.fields.flatMap((field) =>
      field.kind === 'relation' ? [] : [this.#column(field, this.#isGenerated(model, field))],
    )
    const key = `PRIMARY KEY (${this.#columns(model, model.key)})`
    // SQLite takes references only where the table is made.
    const references = this.#provider === 'sqlite' ? this.#referencesOf(model).map(({ clause }) => clause) : []
    const uniques = model.uniques
      .filter((unique) => unique.fields !== model.key)
      .map((unique) => `UNIQUE (${this.#columns(model, unique.fields)})`)
    return `CREATE TABLE ${this.name(model.table)} (\n  ${[...columns, key, ...uniques, ...references].join(',\n  ')}\n)`
  }

  /** The foreign keys, where they can be added once all tables are there. */
  references(): string[] {
    if (this.#provider === 'sqlite') return []
    return this.#schema.models.flatMap((model) =>
      this.#referencesOf(model).map(({ clause }) => `ALTER TABLE ${this.name(model.table)} ADD ${clause}`),
    )
  }

  links(): string[] {
    return this.implicitRelations().map(
      ({ table, a, b }) =>
        `CREATE TABLE ${this.name(table)} (${this.name('A')} ${this.#keyType(a)} NOT NULL, ${this.name('B')} ${this.#keyType(b)} NOT NULL, PRIMARY KEY (${this.name('A')}, ${this.name('B')})${this.#linkReference('A', a)}${this.#linkReference('B', b)})`,
    )
  }

  #linkReference(column: string, to: PrismaModel): string {
    if (!this.#enforced) return ''
    return `, FOREIGN KEY (${this.name(column)}) REFERENCES ${this.name(to.table)} (${this.#columns(to, to.key)}) ON DELETE CASCADE`
  }

  /** The tables that Prisma makes for an implicit many-to-many: `A` is the model, else the field, that sorts first. */
  implicitRelations(): { table: string; a: PrismaModel; b: PrismaModel }[] {
    const found = new Map<string, { table: string; a: PrismaModel; b: PrismaModel }>()
    for (const model of this.#schema.models) {
      for (const field of model.fields) {
        if (field.kind !== 'relation' || !field.list || field.from.length > 0) continue
        const [a, b] = [model, this.#model(field.model)].sort((one, other) => (one.name < other.name ? -1 : 1))
        found.set(field.relation, { table: `_${field.relation}`, a: a!, b: b! })
      }
    }
    return [...found.values()]
  }

  #isGenerated(model: PrismaModel, { name }: PrismaColumn): boolean {
    return this.#generated.includes(model.name) && model.key[0] === name
  }

  #column(field: PrismaColumn, isGenerated: boolean): string {
    if (isGenerated && this.#provider === 'postgresql') return `${this.name(field.column)} SERIAL NOT NULL`
    if (isGenerated && this.#provider === 'mysql') return `${this.name(field.column)} INTEGER NOT NULL AUTO_INCREMENT`
    const required = field.nullable || field.list ? '' : ' NOT NULL'
    return `${this.name(field.column)} ${this.#type(field)}${field.list ? '[]' : ''}${required}`
  }

  #type(field: PrismaColumn): string {
    if (field.kind === 'enum') {
      const values = this.#schema.enums.find((one) => one.name === field.type)!.values
      if (this.#provider === 'postgresql') return this.name(field.type)
      return this.#provider === 'mysql' ? `ENUM(${values.map((value) => `'${stored(value)}'`).join(', ')})` : 'TEXT'
    }
    if (field.native) {
      const args = field.native.args.length > 0 ? `(${field.native.args.join(', ')})` : ''
      return `${natives[field.native.name] ?? field.native.name.toUpperCase()}${args}`
    }
    return types[this.#provider]![field.type]!
  }

  #keyType(model: PrismaModel): string {
    const key = model.fields.find((field) => field.name === model.key[0])
    if (key === undefined || key.kind === 'relation') throw new Error(`${model.name} has no key`)
    return this.#type(key)
  }

  #referencesOf(model: PrismaModel): { clause: string }[] {
    if (!this.#enforced) return []
    return model.fields
      .filter((field): field is PrismaRelation => field.kind === 'relation' && field.owner)
      .map((field) => {
        const other = this.#model(field.model)
        return {
          clause: `FOREIGN KEY (${this.#columns(model, field.from)}) REFERENCES ${this.name(other.table)} (${this.#columns(other, field.to)})${actions[field.onDelete ?? 'Restrict']} ON UPDATE CASCADE`,
        }
      })
  }

  #columns(model: PrismaModel, names: readonly string[]): string {
    return names
      .map((name) => model.fields.find((field) => field.name === name))
      .map((field) => this.name(field && field.kind !== 'relation' ? field.column : ''))
      .join(', ')
  }

  #model(name: string): PrismaModel {
    return this.#schema.models.find((model) => model.name === name)!
  }
}

/** The action of the database on rows whose referenced row is deleted. */
const actions = {
  Cascade: ' ON DELETE CASCADE',
  SetNull: ' ON DELETE SET NULL',
  SetDefault: '',
  Restrict: '',
  NoAction: '',
}

/** The one enum value of the test schemas that is stored by another name than the client's. */
function stored(value: string): string {
  return value === 'internal' ? 'int' : value
}
