import type { SqlColumn, SqlDialect } from '@arcturus/sql'

/** Matches the characters that MySQL drivers escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the regex matches them on purpose
const escaped = /[\0\b\t\n\r\x1a"'\\]/

/**
 * Returns the value and the placeholder to send to the driver. They differ from the given ones if
 * the driver would misread the value.
 */
export function typeOrmParameter(
  value: unknown,
  { type }: SqlColumn,
  dialect: SqlDialect,
  place: string,
): { readonly sent: unknown; readonly place: string } {
  // Drivers of SQLite bind bigints as text, or reject them.
  if (dialect === 'sqlite' && typeof value === 'bigint')
    return Number.isSafeInteger(Number(value))
      ? { sent: Number(value), place }
      : { sent: String(value), place: `CAST(${place} AS INTEGER)` }
  // Drivers of MySQL write strings into the query and escape them with backslashes, which the
  // server ignores in the mode NO_BACKSLASH_ESCAPES. Bytes need no escapes.
  if (dialect === 'mysql' && typeof value === 'string' && escaped.test(value))
    return { sent: Buffer.from(value, 'utf8'), place: `_utf8mb4 ${place}` }
  // MySQL and MariaDB compare a number with a string as floating-point numbers.
  if (dialect !== 'mysql' || type.kind !== 'form' || type.name === 'date') return { sent: value, place }
  // Sound: a column with a form holds strings.
  if (type.name === 'bigint') return { sent: BigInt(value as string), place }
  return { sent: value, place: `CAST(${place} AS DECIMAL(65, 30))` }
}
