import type { SqlDialect } from '@arcturus/sql'
import type { Case } from '../randomCase.js'
import { pool, pooledSchema } from '../relationalCase.js'
import type { ModelSpec, World } from '../world.js'
import type { Orm } from './orm.js'
import type { Planted } from './planted.js'
import { openPrisma } from './prisma.js'
import { openTypeOrm } from './typeorm.js'

const dialects: Readonly<Record<SqlDialect, string>> = { sqlite: 'SQLite', postgresql: 'PostgreSQL', mysql: 'MariaDB' }

/** The dialects of an ORM whose names match, such as `TypeORM on MariaDB`. */
export function dialectsOf(orm: string, names: RegExp): readonly SqlDialect[] {
  // Sound: the keys of a record of dialects.
  return (Object.keys(dialects) as SqlDialect[]).filter((dialect) => names.test(`${orm} on ${dialects[dialect]}`))
}

interface Opened {
  readonly models: readonly ModelSpec[]
  readonly orms: readonly Orm[]
}

/** The ORMs and databases that cases with tables are put to; each is opened when a case needs it. */
export class Orms {
  readonly #names: RegExp
  readonly #planted: Planted | undefined
  readonly #opened = new Map<string, Promise<Opened>>()
  readonly #filled = new Map<Orm, World>()

  /**
   * @param names - of those that are asked, such as `TypeORM on MariaDB`. Default: all.
   * @param planted - a mistake that they make
   */
  constructor(names = /./, planted?: Planted) {
    this.#names = names
    this.#planted = planted
  }

  /** Those that can hold the rows of a case, with its rows in them. */
  async of({ tables, world }: Case): Promise<readonly Orm[]> {
    if (tables === undefined) return []
    let opened = await this.#opened.get(tables)
    if (opened && tables === 'made' && opened.models !== world.models) {
      await this.#close(opened)
      opened = undefined
    }
    if (!opened) {
      const opening = this.#open(tables, world)
      this.#opened.set(tables, opening)
      opened = await opening
    }
    const holding = opened.orms.filter((orm) => orm.holds(world))
    const emptied = holding.filter((orm) => this.#filled.get(orm) !== world)
    await Promise.all(
      emptied.map(async (orm) => {
        await orm.fill(world)
        this.#filled.set(orm, world)
      }),
    )
    return holding
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.values()) await this.#close(await opened)
  }

  async #close({ orms }: Opened): Promise<void> {
    for (const orm of orms) {
      await orm.close()
      this.#filled.delete(orm)
    }
  }

  async #open(tables: string, world: World): Promise<Opened> {
    const hasLists = world.models.some(({ fields }) => fields.some((field) => field.kind === 'scalar' && field.list))
    const asked = (orm: string): SqlDialect[] =>
      dialectsOf(orm, this.#names).filter((dialect) => dialect === 'postgresql' || !hasLists)
    const models = tables === 'made' ? world.models : pooledSchema(tables)
    const storage = world.storage ?? pool[tables]!
    const prisma = tables === 'made' ? [] : asked('Prisma')
    const orms = await Promise.all(prisma.map((provider) => openPrisma(tables, provider, this.#planted)))
    const others = await openTypeOrm(tables, models, storage, asked('TypeORM'), this.#planted)
    return { models: world.models, orms: [...orms.flatMap((orm) => orm ?? []), ...others] }
  }
}
