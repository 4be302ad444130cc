import { RelationNotLoadedError } from '@arcturus/core'
import { type DataSource, EntitySchema, type TreeRepository } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationFor } from '../people.js'
import { databasesOf } from './setup.js'

class Region {
  country!: string
  code!: number
}
class Folder {
  id!: number
  region?: Region
  regions?: Region[]
  parent?: Folder
  children?: Folder[]
}
const folders = [
  new EntitySchema<Region>({
    name: 'Region',
    target: Region,
    columns: { country: { type: 'varchar', length: 10, primary: true }, code: { type: 'int', primary: true } },
  }),
  new EntitySchema<Folder>({
    name: 'Folder',
    target: Folder,
    trees: [{ type: 'closure-table' }],
    columns: { id: { type: 'int', primary: true } },
    relations: {
      region: { type: 'many-to-one', target: 'Region' },
      regions: { type: 'many-to-many', target: 'Region', joinTable: true },
      parent: { type: 'many-to-one', target: 'Folder', treeParent: true, inverseSide: 'children' },
      children: { type: 'one-to-many', target: 'Folder', treeChildren: true, inverseSide: 'parent' },
    },
  }),
]

describe.each(await databasesOf('trees'))('A relation whose rows are not loaded on $name', (database) => {
  let source: DataSource
  let authorizer: ReturnType<typeof authorizationFor>['authorizer']
  const region = Object.assign(new Region(), { country: 'fi', code: 1 })
  const folder = (id: number) => Object.assign(new Folder(), { id })
  beforeAll(async () => {
    source = await database.open(folders)
    authorizer = authorizationFor(
      source,
      `
      allow(region: Region, "leave", folder: Folder) if not (region in folder.regions);
      allow(region: Region, "move", folder: Folder) if not (folder.region = region);
      allow(_: Region, "delete", folder: Folder) if not (_ in folder.children);
    `,
    ).authorizer
    await source.manager.save(region)
    const trees = source.manager.getTreeRepository(Folder)
    for (const id of [1, 2, 3])
      await trees.save(
        Object.assign(folder(id), { region, regions: [region], ...(id > 1 && { parent: folder(id - 1) }) }),
      )
  })
  afterAll(() => database.close(), 60_000)

  it.each([true, { relations: ['region', 'regions'], disableMixedMap: true }])(
    'is not loaded if its value is a key of several columns: %j',
    async (loadRelationIds) => {
      const row = await source.getRepository(Folder).findOne({ where: { id: 1 }, loadRelationIds })
      for (const action of ['leave', 'move']) {
        expect(() => authorizer.can(region, action, row)).toThrow(RelationNotLoadedError)
        expect(await authorizer.isAllowed(region, action, row)).toBe(false)
      }
    },
  )

  it('is partial at the end of a truncated tree', async () => {
    const trees = source.manager.getTreeRepository(Folder)
    const [cut] = await trees.findTrees({ depth: 1 })
    const none = await trees.findDescendantsTree(folder(1), { depth: 0 })
    const [ofExtended] = await trees.extend({}).findTrees({ depth: 0 })
    // Sound: the class of either version takes these arguments.
    const Trees = class extends (trees.constructor as typeof TreeRepository<Folder>) {}
    const [ofClass] = await new Trees(Folder, source.manager).findTrees({ depth: 0 })
    const [whole] = await trees.findTrees()
    // TypeORM finds children by a table of its own, which other writers do not keep.
    expect(whole!.children![0]!.children![0]!.children).toEqual([])
    for (const row of [
      cut!.children![0],
      whole!.children![0],
      none,
      ofExtended,
      ofClass,
      await source.transaction((manager) =>
        manager.getTreeRepository(Folder).findDescendantsTree(folder(2), { depth: 0 }),
      ),
    ]) {
      expect(() => authorizer.can(region, 'delete', row)).toThrow(RelationNotLoadedError)
      expect(await authorizer.isAllowed(region, 'delete', row)).toBe(false)
    }
    expect(await authorizer.isAllowed(region, 'delete', whole!.children![0]!.children![0])).toBe(true)
  })
})
