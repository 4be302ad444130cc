import type { TypeOrmColumn, TypeOrmSource } from './metadata.js'

/**
 * A value as PostgreSQL writes it, and as rows have it with an unchanged driver. The type numbers
 * are those of the value and of lists of it.
 */
interface Sample {
  readonly type: number
  readonly listType: number
  readonly text: string
  readonly value: unknown
}

const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
/**
 * A function, because a time without a zone is read in the zone of the process, which can change.
 */
const samples = (): Readonly<Record<string, Sample>> => ({
  boolean: { type: 16, listType: 1000, text: 't', value: true },
  smallint: { type: 21, listType: 1005, text: '7', value: 7 },
  integer: { type: 23, listType: 1007, text: '7', value: 7 },
  bigint: { type: 20, listType: 1016, text: '7', value: '7' },
  numeric: { type: 1700, listType: 1231, text: '1.50', value: '1.50' },
  real: { type: 700, listType: 1021, text: '1.5', value: 1.5 },
  'double precision': { type: 701, listType: 1022, text: '1.5', value: 1.5 },
  text: { type: 25, listType: 1009, text: 'a', value: 'a' },
  'character varying': { type: 1043, listType: 1015, text: 'a', value: 'a' },
  uuid: { type: 2950, listType: 2951, text: uuid, value: uuid },
  date: { type: 1082, listType: 1182, text: '2024-07-02', value: '2024-07-02' },
  'timestamp without time zone': {
    type: 1114,
    listType: 1115,
    text: '2024-07-02 03:04:05.678',
    value: new Date(2024, 6, 2, 3, 4, 5, 678),
  },
  'timestamp with time zone': {
    type: 1184,
    listType: 1185,
    text: '2024-07-02 03:04:05.678+00',
    value: new Date(Date.UTC(2024, 6, 2, 3, 4, 5, 678)),
  },
})

/**
 * Returns whether the values of a column have another form in rows than the driver's default.
 * Driver settings change the form: `parseInt8`, type parsers (`pg.types.setTypeParser`),
 * `bigNumberStrings`, `decimalNumbers`, `typeCast`.
 */
export function hasOtherForm(column: TypeOrmColumn, { driver, options }: TypeOrmSource): boolean {
  const type = driver.normalizeType(column)
  const extra: object = (Reflect.get(options, 'extra') as object | undefined) ?? {}
  if (options.type === 'postgres') {
    const sample = samples()[type]
    const types: unknown = Reflect.get(extra, 'types') ?? Reflect.get(Reflect.get(driver, 'postgres'), 'types')
    if (!sample || String(column.type).startsWith('simple-') || !hasParsers(types)) return false
    const text = column.isArray ? `{"${sample.text}"}` : sample.text
    const parsed = types.getTypeParser(column.isArray ? sample.listType : sample.type, 'text')(text)
    const expected = column.isArray ? [sample.value] : sample.value
    return JSON.stringify(driver.prepareHydratedValue(parsed, column)) !== JSON.stringify(expected)
  }
  if (options.type !== 'mysql' && options.type !== 'mariadb') return false
  const settings = { supportBigNumbers: true, bigNumberStrings: true, ...defined(options), ...extra }
  const isCast = typeof Reflect.get(settings, 'typeCast') === 'function'
  if (type === 'bigint') return isCast || !settings.supportBigNumbers || !settings.bigNumberStrings
  if (type === 'decimal' || type === 'numeric') return isCast || Reflect.get(settings, 'decimalNumbers') === true
  return isCast && type === 'tinyint'
}

interface Parsers {
  getTypeParser(type: number, format: 'text'): (text: string) => unknown
}

function hasParsers(types: unknown): types is Parsers {
  return typeof types === 'object' && types !== null && 'getTypeParser' in types
}

/** Returns the defined options. TypeORM treats undefined options as missing. */
function defined(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
