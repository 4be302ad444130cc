import { markCareful, markPartial } from '@arcturus/core'
import type { EntityManager, EntityTarget, FindTreeOptions, ObjectLiteral, TreeRepository } from 'typeorm'

/**
 * Remembers of the rows at which a tree was cut off (`findTrees`, `findDescendantsTree` with a `depth`) that their children were not
 * loaded: their lists are empty.
 */
export function rememberTrees(manager: EntityManager): void {
  const known = new WeakSet<object>()
  const get = manager.getTreeRepository
  const getWatched = (target: EntityTarget<ObjectLiteral>): TreeRepository<ObjectLiteral> => {
    const repository = get.call(manager, target)
    if (!known.has(repository)) watch(repository)
    known.add(repository)
    return repository
  }
  Object.assign(manager, { getTreeRepository: getWatched })
}

function watch(repository: TreeRepository<ObjectLiteral>): void {
  const find = repository.findDescendantsTree
  const children = repository.metadata.treeChildrenRelation?.propertyName
  repository.findDescendantsTree = async (row, options) => {
    const tree = await find.call(repository, row, options)
    if (children !== undefined && options?.depth !== undefined) markCut(tree, children, options)
    return tree
  }
}

function markCut(root: ObjectLiteral, children: string, { depth = 0 }: FindTreeOptions): void {
  let rows = [root]
  for (let level = 0; level < depth && rows.length > 0; level++) {
    for (const row of rows) for (const held of [row, row[children]]) markCareful(held)
    rows = rows.flatMap((row) => row[children])
  }
  for (const row of rows) markPartial(row, children)
}
