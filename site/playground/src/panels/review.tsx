import { useEffect, useRef, useState } from 'preact/hooks'
import type { Engine } from '../client.js'
import type { Change } from '../comparison.js'
import type { Answer, Finding, MutantResult } from '../engine.js'
import type { Event, State } from '../state.js'
import { PolicyEditor } from './editor.js'

const none: readonly Finding[] = []
const said = (answer: Answer) => (answer === true ? 'yes' : answer === false ? 'no' : `error ${answer}`)

/** Two policies: who gains and loses what, and the mistakes that no pinned answer notices. */
export function Review({
  state,
  send,
  engine,
}: {
  readonly state: State
  readonly send: (event: Event) => void
  readonly engine: (name: 'comparison' | 'mutants') => Engine
}) {
  const { world, after } = state
  const [compared, setCompared] = useState<{ findings: readonly Finding[]; changes: readonly Change[] } | undefined>()
  const [problem, setProblem] = useState('')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    clearTimeout(timer.current)
    let isCurrent = true
    timer.current = setTimeout(() => {
      // A comparison of an older text ends.
      engine('comparison').stop('')
      engine('comparison')
        .ask({ kind: 'compare', world, after })
        .then(
          (result) => {
            if (!isCurrent) return
            setCompared(result)
            setProblem('')
          },
          (error: Error) => isCurrent && error.message !== '' && setProblem(error.message),
        )
    }, 150)
    return () => {
      isCurrent = false
    }
  }, [world, after])
  const changes = compared?.changes ?? []
  const groups = [
    ['Gains', changes.filter(({ after }) => after === true)],
    ['Losses', changes.filter(({ before, after }) => before === true && after !== true)],
    ['Errors', changes.filter(({ before, after }) => before !== true && after !== true)],
  ] as const
  return (
    <main class="review">
      <div class="two">
        <section aria-label="Before">
          <h2>Before</h2>
          <PolicyEditor
            text={world.policy}
            label="The policy before"
            findings={none}
            world={world}
            onText={(policy) => send({ type: 'edit', change: { policy } })}
          />
        </section>
        <section aria-label="After">
          <h2>After</h2>
          <PolicyEditor
            text={after}
            label="The policy after"
            findings={none}
            world={world}
            onText={(text) => send({ type: 'after', after: text })}
          />
        </section>
      </div>
      <section aria-labelledby="changes">
        <h2 id="changes">What changes</h2>
        <p role="status">
          {problem ||
            (compared === undefined
              ? 'Comparing …'
              : compared.findings.length > 0
                ? 'A policy does not load:'
                : changes.length === 0
                  ? 'No answer changes, for these rows and those with one other value.'
                  : `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}.`)}
        </p>
        <ul class="findings">
          {compared?.findings.map(({ code, message, from }) => (
            <li key={`${code}${from}`} class="error">
              <strong>{code}:</strong> {message}
            </li>
          ))}
        </ul>
        {groups.map(
          ([title, list]) =>
            list.length > 0 && (
              <section key={title}>
                <h3>
                  {title}: {list.length}
                </h3>
                <ul class={title === 'Gains' ? 'gains' : 'losses'}>
                  {list.map((change) => (
                    <li key={`${change.actor} ${change.action} ${change.model} ${change.row} ${change.if}`}>
                      <strong>{change.actor}</strong> {change.action} <strong>{change.row}</strong> ({change.model}):{' '}
                      {said(change.before)} → {said(change.after)}
                      {change.if !== undefined && <small>, if {change.if}</small>}
                    </li>
                  ))}
                </ul>
              </section>
            ),
        )}
      </section>
      <Mutants state={state} engine={engine} />
      <p class="buttons">
        <button type="button" onClick={() => print()}>
          Print
        </button>
      </p>
    </main>
  )
}

/** Small mistakes in the policy before, of which nothing tells: no pinned answer, or no answer at all. */
function Mutants({
  state,
  engine,
}: {
  readonly state: State
  readonly engine: (name: 'comparison' | 'mutants') => Engine
}) {
  const { world } = state
  const [progress, setProgress] = useState<{ done: number; of: number } | undefined>()
  const [survivors, setSurvivors] = useState<readonly MutantResult[]>([])
  useEffect(() => {
    engine('mutants').stop('')
    setProgress(undefined)
    setSurvivors([])
  }, [world])
  const run = () => {
    let done = 0
    setSurvivors([])
    setProgress({ done, of: 0 })
    engine('mutants')
      .ask({ kind: 'mutants', world }, ({ of, result }) => {
        done++
        setProgress({ done, of })
        if (!result.killed) setSurvivors((list) => [...list, result])
      })
      .then(
        () => setProgress({ done, of: done }),
        () => setProgress(undefined),
      )
  }
  const lineOf = (from: number) => world.policy.slice(0, from).split('\n').length
  return (
    <section aria-labelledby="mutants">
      <h2 id="mutants">Mistakes that nothing notices</h2>
      <p>
        Each mutant is the policy before with one small mistake.{' '}
        {(world.pins ?? []).length > 0 ? 'The pinned answers' : 'The answers of these rows'} should notice it.{' '}
        <button type="button" onClick={run}>
          Try them
        </button>
      </p>
      {progress && (
        <>
          <progress max={progress.of || 1} value={progress.done} aria-label="Mutants tried" />
          <p role="status">
            {progress.done} of {progress.of || '…'} tried, {survivors.length} unnoticed.
          </p>
        </>
      )}
      <ul class="losses">
        {survivors.map(({ description, from }) => (
          <li key={`${description}${from}`}>
            Line {lineOf(from)}: {description}
          </li>
        ))}
      </ul>
    </section>
  )
}
