import initSqlJs from 'sql.js'
import wasm from 'sql.js/dist/sql-wasm.wasm?url'
import { fill, labelsOf } from './database.js'
import { schemaOf } from './schema.js'
import { Tables, type World } from './world.js'

interface Run {
  readonly world: World
  readonly statement: { readonly text: string; readonly values: readonly unknown[] }
  readonly model: string
}

self.onmessage = async ({ data: { world, statement, model } }: MessageEvent<Run>) => {
  try {
    const { Database } = await initSqlJs({ locateFile: () => wasm })
    const schema = schemaOf(world)
    const tables = new Tables(schema, world.rows)
    const database = new Database()
    fill(database, schema, tables)
    self.postMessage({ labels: labelsOf(database, statement, { schema, tables, model }) })
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? error.message : String(error) })
  }
}
