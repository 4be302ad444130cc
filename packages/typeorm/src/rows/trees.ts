import { markLeadsToPartial, markPartial } from '@arcturus/core/internal/typeorm'
import type { DataSource, ObjectLiteral, TreeRepository } from 'typeorm'
import { wrap } from '../prototypes.js'
import { loaded, objectsOf } from './loadedRelations.js'

/**
 * Marks the children of tree rows (`findTrees`, `findDescendantsTree`) as partial. TypeORM finds
 * them by paths or a closure table, which other writers do not maintain, and cuts them off at a
 * `depth`.
 */
export function watchTrees(dataSource: DataSource): void {
  const tree = dataSource.entityMetadatas.find(({ treeType }) => treeType !== undefined)
  if (!tree) return
  const repository = dataSource.getTreeRepository(tree.target)
  wrap(repository, 'findDescendantsTree', async (own: TreeRepository<ObjectLiteral>, find: () => Promise<object>) => {
    const root = await find()
    const children = own.metadata.treeChildrenRelation
    const seen = new Set<object>()
    let rows = children ? [root] : []
    while (children && rows.length > 0) {
      for (const row of rows) {
        seen.add(row)
        markPartial(row, children.propertyName)
        const held = loaded(row, children)
        if (Array.isArray(held)) markLeadsToPartial(held)
      }
      rows = rows.flatMap((row) => objectsOf(loaded(row, children)).filter((one) => !seen.has(one)))
    }
    return root
  })
}
