import { useEffect, useState } from 'preact/hooks'
import type { State } from '../state.js'

const views = ['Condition', 'Prisma', 'PostgreSQL', 'MySQL', 'SQLite'] as const

/** The filter of a list in several forms, and its rows beside those of the checks. */
export function Listing({ state, title }: { readonly state: State; readonly title: string }) {
  const [view, show] = useState<(typeof views)[number]>('Condition')
  const [ran, setRan] = useState<string | undefined>()
  const { list, world } = state
  useEffect(() => setRan(undefined), [list])
  if (!list) return null
  const { condition, where, sql, rows, checked, runs } = list
  const texts = {
    Condition: condition,
    Prisma: where,
    PostgreSQL: sql.postgresql,
    MySQL: sql.mysql,
    SQLite: sql.sqlite,
  }
  const run = async () => {
    setRan('…')
    try {
      const { runStatement } = await import('../sqlite.js')
      const found = await runStatement(world, runs!, state.opened!.matrix!.columns[state.chosen!.column]!.model)
      const isSame = found.length === checked.length && found.every((label) => checked.includes(label))
      setRan(`${found.join(', ') || 'no row'}${isSame ? ', as the checks' : ': other rows than the checks!'}`)
    } catch (error) {
      setRan(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <h3>{title}</h3>
      <div class="tabs" role="tablist" aria-label="Forms of the list">
        {views.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`form-${name}`}
            aria-controls="form"
            aria-selected={view === name}
            onClick={() => show(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div id="form" role="tabpanel" aria-labelledby={`form-${view}`}>
        <pre>{texts[view]}</pre>
      </div>
      <p>
        Rows of the list: {rows.join(', ') || 'none'}. Rows that the checks allow: {checked.join(', ') || 'none'}.
      </p>
      {runs && (
        <p>
          <button type="button" onClick={() => void run()}>
            Run it in SQLite
          </button>{' '}
          <span role="status">{ran}</span>
        </p>
      )}
    </>
  )
}
