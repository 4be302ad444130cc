import type { CatalogColumn, CatalogQuery } from './entries.js'
import type { DatabaseProblem, Promises } from './promises.js'
import { textOf } from './row.js'

const utc = /^(?:(?:etc\/)?(?:utc|gmt|universal|zulu|greenwich)|[+-]00:?00|0)$/i
const fixed = /^[+-]\d\d:?\d\d$/

/**
 * Returns the problems of a connection's time zone, which affects how drivers read columns that
 * store instants. These are PostgreSQL's `timestamptz`, if a driver cuts its offset off, and
 * MySQL's `timestamp`. In the latter, two instants look the same in the hour that occurs twice.
 */
export async function zoneProblems(
  { dialect, zonedAsUtc }: Promises,
  columns: readonly CatalogColumn[],
  query: CatalogQuery,
): Promise<readonly DatabaseProblem[]> {
  const hasType = (name: string) => columns.some(({ type }) => type === name)
  if (dialect === 'postgresql' && zonedAsUtc && hasType('timestamptz')) {
    const [row] = await query(`SELECT current_setting('TimeZone') AS "zone"`)
    const zone = row ? textOf(row, 'zone') : 'unknown'
    return utc.test(zone) ? [] : [problem(zone, 'timestamptz', 'connect with the option -c TimeZone=UTC')]
  }
  if (dialect === 'mysql' && hasType('timestamp')) {
    const [row] = await query(
      'SELECT CAST(@@session.time_zone AS CHAR) AS `zone`, CAST(@@global.system_time_zone AS CHAR) AS `system`',
    )
    const session = row ? textOf(row, 'zone') : 'unknown'
    const zone = session === 'SYSTEM' && row ? textOf(row, 'system') : session
    return utc.test(zone) || fixed.test(zone) ? [] : [problem(zone, 'timestamp', "SET time_zone = '+00:00'")]
  }
  return []
}

function problem(zone: string, type: string, hint: string): DatabaseProblem {
  return {
    kind: 'time-zone',
    message: `The time zone of the connection is "${zone}", so columns of type ${type} are read as other instants: ${hint}.`,
  }
}
