import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm'
import { DataSource as EarlierDataSource } from 'typeorm-0.3'
import { noteDatabase } from '../databases.js'
import { credentialsOf, mariaDbDatabase, postgresSchema } from '../orm/servers.js'

/** A database of its own for one test file, and the version of TypeORM that is tried on it. */
export interface Database {
  /** Product and version, how it was reached, and TypeORM's version. */
  readonly name: string
  readonly kind: 'sqlite' | 'postgresql' | 'mysql'
  readonly version: '1' | '0.3'
  /** Connects, and makes the tables of the entities. */
  open(entities: readonly (EntitySchema | (abstract new () => object))[], options?: object): Promise<DataSource>
  /** Takes the database away; the data sources that were opened are closed before. */
  close(): Promise<void>
}

/** The version that `typeorm` is here: the earlier one in a project of its own. */
const own: Database['version'] = process.env['ARCTURUS_TYPEORM'] === '0.3' ? '0.3' : '1'

/** The versions whose managers are tried: those of classes that the package extends. */
export const ownVersion: readonly Database['version'][] = [own]

/** The versions that are tried: the earlier one in the long tests only. */
export const typeOrmVersions: readonly Database['version'][] =
  process.env['ARCTURUS_TESTS'] === 'all' ? ['1', '0.3'] : ['1']

const constructors = { '1': DataSource, '0.3': EarlierDataSource as unknown as typeof DataSource }

/**
 * Opens a database of each kind that is there, for each of the versions of TypeORM: SQLite always; PostgreSQL (`PG_URL`) and MariaDB
 * (`MYSQL_URL`) where there is a server, by default the local one. MariaDB's texts have its default collation.
 * @param name - of the test file, so that files that run side by side do not meet
 */
export async function openDatabases(
  name: string,
  kinds: readonly Database['kind'][] = ['sqlite', 'postgresql', 'mysql'],
  versions: readonly Database['version'][] = typeOrmVersions,
): Promise<Database[]> {
  const opened: Database[] = []
  for (const version of versions) {
    const unique = `arcturus_to_${name}_${version.replace('.', '')}_${process.pid}`
    for (const kind of kinds) {
      const server = await servers[kind](unique)
      if (!server) continue
      noteDatabase(server.name)
      const sources: DataSource[] = []
      opened.push({
        name: `${server.name}, TypeORM ${version}`,
        kind,
        version,
        async open(entities, options = {}) {
          const source = new constructors[version]({
            ...server.options,
            ...options,
            entities: [...entities],
            synchronize: true,
          } as DataSourceOptions)
          sources.push(await source.initialize())
          return source
        },
        async close() {
          for (const source of sources) if (source.isInitialized) await source.destroy()
          await server.drop()
        },
      })
    }
  }
  return opened
}

interface Server {
  readonly name: string
  readonly options: object
  drop(): Promise<void>
}

const servers: Record<Database['kind'], (unique: string) => Promise<Server | undefined>> = {
  sqlite: async () => ({ name: 'SQLite (sql.js)', options: { type: 'sqljs' }, drop: async () => {} }),
  postgresql: async (unique) => {
    const database = await postgresSchema(unique)
    if (!database) return undefined
    // TypeORM leaves out what a URL says behind the database.
    const extra = { options: database.options }
    return { ...database, options: { type: 'postgres', url: database.url.href, extra } }
  },
  mysql: async (unique) => {
    const database = await mariaDbDatabase(unique)
    if (!database) return undefined
    const { user, ...credentials } = credentialsOf(database.url)
    return { ...database, options: { type: 'mariadb', ...credentials, username: user } }
  },
}
