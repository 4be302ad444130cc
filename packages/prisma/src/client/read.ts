import { NotFoundError } from '@arcturus/core/internal/prisma'
import type { Arguments } from '../literal.js'
import { operationOf, type ReadOperation, readArguments } from '../operations.js'
import { afterNothing, findCursor } from '../query/cursor.js'
import { filtered } from '../query/guard.js'
import { tagRows } from '../rows/rows.js'
import { property } from '../schema/fromClient.js'
import { call } from './call.js'
import { prune } from './levels.js'
import { Questions } from './questions.js'
import { Reading } from './reading.js'
import type { Session } from './session.js'
import { PrismaStore } from './store.js'

/** The query of a write that reads its rows. */
interface Within {
  /** Further conditions of the rows. */
  readonly filters: readonly Arguments[]
  /** Those of the write, which bound its filters before. */
  readonly questions: Questions
  /** Whether the actor may read all rows that fulfil the conditions. Default: they are filtered. */
  readonly isReadable?: boolean
}

/** Runs a query that reads rows. */
export async function read(
  session: Session,
  model: string,
  operation: ReadOperation,
  args: Arguments,
  within?: Within,
): Promise<unknown> {
  const questions = within?.questions ?? new Questions(session.parts, session.actor, session.client)
  const filters = within?.filters ?? []
  const { client, parts } = session
  const { tables } = parts
  const reading = readingFor(session, questions)
  const isOfRows = operationOf(operation).returns !== undefined
  if (!isOfRows) await reading.assertAggregates(args, model)
  let sent = await reading.rows(args, model, readArguments[operation], within?.isReadable)
  if (filters.length > 0)
    sent = { ...sent, where: reading.combined(sent['where'] as Arguments | undefined, filters, model)! }
  const guarded = isOfRows ? await reading.selection(sent, model) : undefined
  sent = guarded?.args ?? sent
  const cursor = findCursor(sent, model, 'findMany', tables)
  if (cursor) {
    const visible = await questions.rows(session.actions(model).read, model, 'root')
    const where = { AND: [cursor['where'], ...(visible === true ? [] : [visible])] }
    const found = await call(client, tables.model(model)!, 'findFirst', { where })
    if (found === null) sent = afterNothing(sent, model, tables)
  }
  const result = await filtered(
    Promise.resolve(call(client, tables.model(model)!, operation, sent)).catch(hiddenAsMissing),
    false,
  )
  if (!guarded) return result
  await prune(result, guarded.level, new PrismaStore(client, tables))
  tagRows(tables, model, operation, sent, undefined, result)
  return result
}

export function readingFor(session: Session, questions: Questions): Reading {
  return new Reading(questions, {
    action: (model) => session.actions(model).read,
    refusesRequired: session.refusesRequired,
  })
}

/** Reports that a row is hidden or missing by the same error. */
function hiddenAsMissing(error: unknown): never {
  throw property(error, 'code') === 'P2025' ? new NotFoundError() : error
}
