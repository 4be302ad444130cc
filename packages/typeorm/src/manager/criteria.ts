import type { Values } from '@arcturus/writes/internal/typeorm'
import { InstanceChecker } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'

/** Returns the keys by which criteria name rows; undefined if they name them otherwise. */
export function keysOf(criteria: unknown, entity: EntityMetadata | undefined): readonly Values[] | undefined {
  const { primaryColumns = [] } = entity ?? {}
  if (primaryColumns.length === 0) return undefined
  const keys = [criteria].flat().map((one) => {
    const isValue = typeof one !== 'object' || one instanceof Date || ArrayBuffer.isView(one)
    const entries = primaryColumns.map((column) => {
      const value: unknown = isValue
        ? primaryColumns.length === 1
          ? one
          : undefined
        : one && column.getEntityValue(one as object)
      return [column.propertyPath, value] as const
    })
    const isKey = entries.every(
      ([, value]) =>
        value !== undefined && value !== null && !InstanceChecker.isFindOperator(value) && typeof value !== 'function',
    )
    return isKey ? Object.fromEntries(entries) : undefined
  })
  return keys.length > 0 && keys.every((one) => one !== undefined) ? keys : undefined
}
