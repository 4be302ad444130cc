import { useState } from 'preact/hooks'
import type { State } from '../state.js'
import type { World } from '../world.js'
import { PolicyEditor } from './editor.js'
import { Rows } from './rows.js'

/** The policy, the schema and the rows. */
export function Source({ state, edit }: { readonly state: State; readonly edit: (change: Partial<World>) => void }) {
  const [shown, show] = useState<'policy' | 'schema' | 'rows'>('policy')
  const { world, opened } = state
  const findings = opened?.findings ?? []
  return (
    <section class="source" aria-label="The world">
      <div class="tabs" role="tablist">
        {(['policy', 'schema', 'rows'] as const).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={shown === name}
            aria-controls="source"
            onClick={() => show(name)}
          >
            {name[0]!.toUpperCase() + name.slice(1)}
          </button>
        ))}
      </div>
      <div id="source" role="tabpanel" aria-labelledby={`tab-${shown}`}>
        {shown === 'policy' && (
          <>
            <PolicyEditor
              text={world.policy}
              label="Policy"
              findings={findings}
              world={world}
              onText={(policy) => edit({ policy })}
            />
            <ul class="findings">
              {findings.map(({ severity, code, message, hint, from }) => (
                <li key={`${code}${from}`} class={severity}>
                  <strong>
                    Line {world.policy.slice(0, from).split('\n').length}, {code}:
                  </strong>{' '}
                  {message} {hint !== undefined && <em>{hint}.</em>}
                </li>
              ))}
            </ul>
          </>
        )}
        {shown === 'schema' && (
          <textarea
            aria-label="Prisma schema"
            spellcheck={false}
            value={world.schema}
            onInput={({ currentTarget }) => edit({ schema: currentTarget.value })}
          />
        )}
        {shown === 'rows' && <Rows world={world} models={opened?.models ?? []} edit={edit} />}
      </div>
    </section>
  )
}
