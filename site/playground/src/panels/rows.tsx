import type { Opened } from '../engine.js'
import type { Cell, Row, World } from '../world.js'

type Model = Opened['models'][number]
type Column = Extract<Model['fields'][number], { kind: 'scalar' | 'enum' }>

/** Tables of rows to edit. */
export function Rows({
  world,
  models,
  edit,
}: {
  readonly world: World
  readonly models: Opened['models']
  readonly edit: (change: Partial<World>) => void
}) {
  const change = (model: string, rows: readonly Row[]) => edit({ rows: { ...world.rows, [model]: rows } })
  return (
    <>
      {models.map((model) => {
        const rows = world.rows[model.name] ?? []
        const columns = model.fields.filter((field) => field.kind !== 'relation') as readonly Column[]
        return (
          <section key={model.name}>
            <h3>{model.name}</h3>
            <div class="scroll">
              <table class="rows">
                <thead>
                  <tr>
                    {columns.map(({ name }) => (
                      <th key={name} scope="col">
                        {name}
                      </th>
                    ))}
                    <th scope="col">
                      <span class="hidden">Remove</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row, at) => (
                    <tr key={String(at)}>
                      {columns.map((column) => (
                        <td key={column.name}>
                          <Input
                            label={`${model.name} ${at + 1}, ${column.name}`}
                            column={column}
                            cell={row[column.name] ?? null}
                            choices={choicesOf(model, column, world, models)}
                            set={(cell) => change(model.name, rows.with(at, { ...row, [column.name]: cell }))}
                          />
                        </td>
                      ))}
                      <td>
                        <button
                          type="button"
                          aria-label={`Remove ${model.name} ${at + 1}`}
                          onClick={() => change(model.name, rows.toSpliced(at, 1))}
                        >
                          ×
                        </button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <button type="button" onClick={() => change(model.name, [...rows, added(model, columns, rows)])}>
              Add a row
            </button>
          </section>
        )
      })}
    </>
  )
}

/** The keys that a reference can hold, with the names of their rows. */
function choicesOf(
  model: Model,
  column: Column,
  { rows }: World,
  models: Opened['models'],
): readonly (readonly [Cell, string])[] | undefined {
  const relation = model.fields.find((one) => one.kind === 'relation' && one.owner && one.from.includes(column.name))
  if (relation?.kind !== 'relation') return undefined
  const key = relation.to[relation.from.indexOf(column.name)]!
  const other = models.find(({ name }) => name === relation.model)
  return (rows[other?.name ?? ''] ?? []).map((row) => [
    row[key] ?? null,
    String(row['title'] ?? row['name'] ?? row[key]),
  ])
}

function added(model: Model, columns: readonly Column[], rows: readonly Row[]): Row {
  return Object.fromEntries(
    columns
      .filter(({ nullable }) => !nullable)
      .map(({ name, type, list, initial }): [string, Cell] => {
        if (initial !== undefined && initial !== 'generated') return [name, initial.value as Cell]
        if (list) return [name, []]
        const numbers = rows.map((row) => row[name]).filter((cell) => typeof cell === 'number')
        if (type === 'Int') return [name, model.key.includes(name) ? Math.max(0, ...numbers) + 1 : (numbers[0] ?? 1)]
        return [
          name,
          type === 'Boolean' ? false : type === 'DateTime' ? '2030-01-01T00:00:00.000Z' : type === 'String' ? 'new' : 0,
        ]
      }),
  )
}

function Input({
  label,
  column: { type, nullable, list },
  cell,
  choices,
  set,
}: {
  readonly label: string
  readonly column: Column
  readonly cell: Cell
  readonly choices: readonly (readonly [Cell, string])[] | undefined
  readonly set: (cell: Cell) => void
}) {
  if (choices)
    return (
      <select
        aria-label={label}
        value={String(cell)}
        onChange={({ currentTarget }) => set(choices.find(([key]) => String(key) === currentTarget.value)?.[0] ?? null)}
      >
        {(nullable || cell === null) && <option value="null">–</option>}
        {choices.map(([key, text]) => (
          <option key={String(key)} value={String(key)}>
            {text}
          </option>
        ))}
      </select>
    )
  if (type === 'Boolean' && !list)
    return (
      <input
        type="checkbox"
        aria-label={label}
        checked={cell === true}
        onChange={({ currentTarget }) => set(currentTarget.checked)}
      />
    )
  const written = Array.isArray(cell) ? cell.join(', ') : cell === null ? '' : String(cell)
  return (
    <input
      aria-label={label}
      value={written}
      placeholder={cell === null ? 'null' : ''}
      size={Math.max(4, Math.min(24, written.length))}
      onChange={({ currentTarget }) => set(read(currentTarget.value, type, nullable, list))}
    />
  )
}

function read(text: string, type: string, nullable: boolean, list: boolean): Cell {
  const one = (word: string) =>
    ['Int', 'Float', 'Decimal'].includes(type) && word.trim() !== '' && !Number.isNaN(Number(word))
      ? Number(word)
      : word
  if (list)
    return text
      .split(',')
      .map((word) => one(word.trim()))
      .filter((word) => word !== '')
  return text === '' && nullable ? null : one(text)
}
