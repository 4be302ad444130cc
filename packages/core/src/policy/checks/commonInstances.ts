import type { Schema } from '../../schema/schema.js'

/** Returns whether a value can be an instance of two classes. A class with a test of its own can have any instance. */
export function haveCommonInstances(schema: Schema, one: string, other: string): boolean {
  if (one === other) return true
  const [model, second] = [schema.models.get(one), schema.models.get(other)]
  if (!model || !second || model.isaCheck || second.isaCheck) return true
  return schema.isSubclass(one, other) || schema.isSubclass(other, one) || schema.commonRows(one, other) !== undefined
}
