import { useEffect, useReducer, useRef } from 'preact/hooks'
import { Engine } from './client.js'
import type { Question } from './engine.js'
import { steps, worldAt } from './learn.js'
import { fragmentOf, worldOf } from './link.js'
import { Answers } from './panels/answers.js'
import { Bar } from './panels/bar.js'
import { Lesson } from './panels/lesson.js'
import { Review } from './panels/review.js'
import { Source } from './panels/source.js'
import { type First, initial, next } from './state.js'
import type { World } from './world.js'

const engines = new Map<string, Engine>()

/** The engine of the page, and those of long questions, which a change cancels. */
function engine(name: 'answers' | 'comparison' | 'mutants'): Engine {
  let known = engines.get(name)
  if (!known) {
    known = new Engine(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
    engines.set(name, known)
  }
  return known
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

export function App({ first }: { readonly first: First }) {
  const [state, send] = useReducer(next, first, initial)
  const { world, context, chosen, mode, fresh } = state
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef({ world, context })
  const isAsking = useRef(false)

  useEffect(() => {
    const read = async () => {
      const example = /^#example=([\w-]+)$/.exec(location.hash)?.[1]
      try {
        if (example !== undefined) return await open(example)
        if (location.hash === '#application') {
          const { openedWorld } = await import('./application.js')
          return send({ type: 'world', ...(await openedWorld()) })
        }
        const linked = await worldOf(location.hash)
        if (linked) send({ type: 'world', world: linked, source: 'link' })
      } catch (error) {
        send({ type: 'failed', error: messageOf(error) })
      }
    }
    void read()
    addEventListener('hashchange', read)
    return () => removeEventListener('hashchange', read)
  }, [])

  useEffect(() => {
    if (fresh && context === undefined && world === first.world) return
    clearTimeout(timer.current)
    latest.current = { world, context }
    // A keystroke waits for the next one, and for the answers of the one before: of those meanwhile only the last is asked.
    timer.current = setTimeout(async () => {
      if (isAsking.current) return
      isAsking.current = true
      for (let asked: typeof latest.current | undefined; asked !== latest.current; ) {
        asked = latest.current
        const { world } = asked
        await engine('answers')
          .ask({ kind: 'open', ...asked })
          .then(
            ({ opened, failed }) => send({ type: 'opened', world, opened, failed }),
            (error) => send({ type: 'failed', error: messageOf(error) }),
          )
      }
      isAsking.current = false
    }, 30)
  }, [world, context])

  useEffect(() => {
    if (!chosen) return
    const ask = { world, context, question: chosen }
    engine('answers')
      .ask({ kind: 'reason', ...ask })
      .then(
        (reason) => send({ type: 'reason', question: chosen, reason }),
        (error) => send({ type: 'reason', question: chosen, reason: messageOf(error) }),
      )
    engine('answers')
      .ask({ kind: 'list', ...ask })
      .then(
        (list) => send({ type: 'list', question: chosen, list }),
        () => send({ type: 'list', question: chosen, list: undefined }),
      )
  }, [chosen, fresh ? world : undefined, context])

  const choose = (question: Question | undefined) => send({ type: 'choose', question })
  const edit = (change: Partial<World>) => send({ type: 'edit', change })
  const open = async (name: string) => {
    const load = examples[`./examples/${name}.json`]
    if (!load) throw new Error(`There is no example ${name}.`)
    const { default: world } = (await load()) as { default: World }
    history.replaceState(null, '', location.pathname + location.search)
    send({ type: 'world', world })
  }
  const share = async (withRows: boolean) => {
    const { pins: _, ...rest } = world
    const fragment = await fragmentOf(withRows ? world : { ...rest, rows: {} })
    history.replaceState(null, '', `#${fragment}`)
    await navigator.clipboard?.writeText(location.href).catch(() => {})
    return `${location.origin}${location.pathname}#${fragment}`
  }
  return (
    <>
      <Bar first={first} state={state} send={send} open={open} share={share} />
      {state.source === 'link' && (
        <p class="note" role="status">
          This world comes from a link: somebody else may have made it. It runs in this tab alone, without your data.{' '}
          <button type="button" onClick={() => send({ type: 'understood' })}>
            Understood
          </button>
        </p>
      )}
      {state.source === 'application' && (
        <p class="note" role="status">
          These are copies of some rows of your application, with the columns that the policy reads. Nothing here
          changes the database. A link has no rows, unless you say so.
        </p>
      )}
      {state.error !== undefined && (
        <p class="note bad" role="alert">
          {state.error}
        </p>
      )}
      {mode === 'review' ? (
        <Review state={state} send={send} engine={engine} />
      ) : (
        <main class="two">
          <div>
            {mode === 'learn' && (
              <Lesson
                state={state}
                go={(step) => send({ type: 'step', step, world: worldAt(step) })}
                edit={edit}
                of={steps}
              />
            )}
            <Source state={state} edit={edit} />
          </div>
          <Answers state={state} choose={choose} send={send} edit={edit} />
        </main>
      )}
    </>
  )
}

const examples = import.meta.glob('./examples/*.json')
