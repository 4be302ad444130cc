import type { DataSource, EntityManager } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomKinds } from '../databases.js'
import type { Row } from '../fuzz/writes/graph.js'
import { trialSize } from '../fuzz/writes/trial.js'
import { type TwinEntityWrite, twinEntityWrite } from '../fuzz/writes/twinEntityWrites.js'
import { isHidden, type Model, type TwinTables } from '../fuzz/writes/twins.js'
import { outcomeOf, type TwinWorld, tryTwins } from '../fuzz/writes/twinTrial.js'
import { openDatabases, ownVersion } from './databases.js'
import { clear, insertRows, openWorkspace, tablesOf } from './workspace.js'

const pairs = await Promise.all(
  (await openDatabases('authorized_twins', randomKinds, ownVersion)).map(async (one) => [
    one,
    ...(await openDatabases('authorized_twins_other', [one.kind], ownVersion)),
  ]),
)

type World = Awaited<ReturnType<typeof openWorkspace>>

class Undo extends Error {}

const twinTablesOf = async (of: Pick<DataSource, 'manager'>) => (await tablesOf(of)) as unknown as TwinTables

async function hiddenRows(manager: EntityManager): Promise<string> {
  const tables = Object.entries(await twinTablesOf({ manager })) as [Model, Row[]][]
  const hidden = tables.map(([model, rows]) => rows.filter((row) => isHidden(model, row)))
  return JSON.stringify(hidden, (name, value: unknown) => (name === 'tags' ? undefined : value))
}

/** Returns whether a constraint or a hidden row is in the way of a write without a policy, whose conditions see no hidden row. */
async function isInTheWay(source: DataSource, write: TwinEntityWrite, tables: TwinTables): Promise<boolean> {
  let isChanged = false
  const visible = async (manager: EntityManager, model: Model, where: object): Promise<number[]> => {
    // What it guesses of hidden columns is no condition.
    const id = (where as { readonly id?: number }).id
    const rows = await manager.find<{ id: number }>(model, { where: id === undefined ? {} : { id } })
    return rows.filter((row) => !isHidden(model, row as unknown as Row)).map((row) => row.id)
  }
  const isOfHidden = ([model, key]: readonly [string, unknown]): boolean =>
    tables[model as Model].some((row) => row['id'] === key && isHidden(model as Model, row))
  if (write.created?.some(isOfHidden)) return true
  const isNamed = write.named.some(isOfHidden)
  try {
    await source.transaction(async (manager) => {
      const before = await hiddenRows(manager)
      await write.run(manager, (model, where) => visible(manager, model, where))
      isChanged = !isNamed && (await hiddenRows(manager)) !== before
      throw new Undo()
    })
  } catch (error) {
    if (!(error instanceof Undo)) return true
  }
  return isChanged
}

async function restartKeys(source: DataSource, kind: string): Promise<void> {
  for (const table of ['space', 'member', 'board', 'item', 'note']) {
    const statement = {
      sqlite: `UPDATE sqlite_sequence SET seq = 99 WHERE name = '${table}'`,
      postgresql: `SELECT setval('"${table}_id_seq"', 99)`,
      mysql: `ALTER TABLE ${table} AUTO_INCREMENT = 100`,
    }[kind]!
    await source.query(statement)
  }
}

describe.each(pairs)('Rows and fields that may not be read on $name', (...databases) => {
  const { kind } = databases[0]!
  let worlds: readonly TwinWorld<TwinEntityWrite>[]
  beforeAll(async () => {
    const opened: World[] = []
    for (const one of databases) opened.push(await openWorkspace(one!))
    worlds = opened.map(worldOf)
  }, 60_000)
  afterAll(async () => {
    for (const one of databases) await one!.close()
  })

  function worldOf({ authorizer, source, as, statements }: World): TwinWorld<TwinEntityWrite> {
    const tables = () => twinTablesOf(source)
    return {
      load: (policy) => authorizer.loadSync(policy),
      fill: async (rows) => {
        await clear(source)
        // TypeORM writes into the rows.
        for (const [model, of] of Object.entries(structuredClone(rows))) await insertRows(source, model, of)
        const tags = source.manager.createQueryBuilder().relation('Item', 'tags')
        await tags.of(1).add(1)
        await tags.of(5).add([1, 2])
      },
      restartKeys: () => restartKeys(source, kind),
      seen: async ({ run }) => {
        let outcome = ''
        const sent = await statements(async () => {
          outcome = await outcomeOf(() => run(as(1)))
        })
        return { outcome, statements: sent }
      },
      tables,
      obstacle: async (write) => {
        const rows = await tables()
        return {
          isInTheWay: await isInTheWay(source, write, rows),
          isDangling: write.references.some(
            ([model, key]) => !rows[model as Model].some((row) => row['id'] === key && !isHidden(model as Model, row)),
          ),
        }
      },
    }
  }

  it('tell two databases apart only by a constraint, which is a plain refusal', async () => {
    const size = trialSize({ sqlite: 100, postgresql: 200, mysql: 50 }[kind])
    const [one, other] = worlds
    const { counts, wrong } = await tryTwins(
      [one!, other!],
      (random) => {
        const write = twinEntityWrite(random)
        return { text: write.text, write }
      },
      size,
    )
    expect(wrong.slice(0, 3).join('\n\n')).toBe('')
    expect(counts['done']).toBeGreaterThan(size.cases / 10)
  }, 3_600_000)
})
