import { markCareful, markPartial } from '@arcturus/core'
import type { DataSource, FindTreeOptions, ObjectLiteral, TreeRepository } from 'typeorm'

const watched = Symbol('watched')

/**
 * Remembers of the rows at which a tree was cut off (`findTrees`, `findDescendantsTree` with a `depth`) that their children were not
 * loaded: their lists are empty. The class of repositories is watched, from which applications derive their own.
 */
export function rememberTrees(dataSource: DataSource): void {
  const tree = dataSource.entityMetadatas.find(({ treeType }) => treeType !== undefined)
  if (!tree) return
  const prototype: TreeRepository<ObjectLiteral> = Object.getPrototypeOf(dataSource.getTreeRepository(tree.target))
  if (watched in prototype) return
  const find = prototype.findDescendantsTree
  const findWatched: typeof find = async function (this: TreeRepository<ObjectLiteral>, row, options) {
    const root = await find.call(this, row, options)
    const children = this.metadata.treeChildrenRelation?.propertyName
    if (children !== undefined && options?.depth !== undefined) markCut(root, children, options)
    return root
  }
  Object.assign(prototype, { findDescendantsTree: findWatched, [watched]: true })
}

function markCut(root: ObjectLiteral, children: string, { depth = 0 }: FindTreeOptions): void {
  let rows = [root]
  for (let level = 0; level < depth && rows.length > 0; level++) {
    for (const row of rows) for (const held of [row, row[children]]) markCareful(held)
    rows = rows.flatMap((row) => row[children])
  }
  for (const row of rows) markPartial(row, children)
}
