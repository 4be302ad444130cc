import type { Listed, Opened, Question } from './engine.js'
import type { World } from './world.js'

/** The data that the page begins with. */
export interface First {
  readonly world: World
  readonly opened: Opened
  readonly examples: readonly { readonly name: string; readonly title: string }[]
}

export type Source = 'link' | 'application'

export type Mode = 'learn' | 'try' | 'review'

export interface State {
  readonly mode: Mode
  readonly world: World
  /** The label of the context; undefined for the first one. */
  readonly context: string | undefined
  readonly opened: Opened | undefined
  /** The places of the pins that fail. */
  readonly failed: readonly number[]
  /** Whether the answers are those of the shown policy. */
  readonly fresh: boolean
  /** The message of a world that can't be opened. */
  readonly error: string | undefined
  readonly chosen: Question | undefined
  readonly reason: string | undefined
  readonly list: Listed | undefined
  /** Where the world comes from: a link, or the application of `arcturus playground`. Undefined for an example. */
  readonly source: Source | undefined
  readonly step: number
  /** The other policy of a review. */
  readonly after: string
}

export type Event =
  | { readonly type: 'world'; readonly world: World; readonly source?: Source | undefined }
  | { readonly type: 'edit'; readonly change: Partial<World> }
  | { readonly type: 'context'; readonly context: string }
  | { readonly type: 'opened'; readonly world: World; readonly opened: Opened; readonly failed: readonly number[] }
  | { readonly type: 'failed'; readonly error: string }
  | { readonly type: 'choose'; readonly question: Question | undefined }
  | { readonly type: 'reason'; readonly question: Question; readonly reason: string }
  | { readonly type: 'list'; readonly question: Question; readonly list: Listed | undefined }
  | { readonly type: 'mode'; readonly mode: Mode }
  | { readonly type: 'step'; readonly step: number; readonly world: World }
  | { readonly type: 'after'; readonly after: string }
  | { readonly type: 'understood' }

export function initial({ world, opened }: First): State {
  return {
    mode: 'try',
    world,
    context: undefined,
    opened,
    failed: [],
    fresh: true,
    error: undefined,
    chosen: undefined,
    reason: undefined,
    list: undefined,
    source: undefined,
    step: 0,
    after: world.policy,
  }
}

const unanswered = { chosen: undefined, reason: undefined, list: undefined } as const

export function next(state: State, event: Event): State {
  switch (event.type) {
    case 'world': {
      const { world, source } = event
      return {
        ...state,
        ...unanswered,
        world,
        source,
        context: undefined,
        opened: undefined,
        fresh: false,
        error: undefined,
        after: world.policy,
      }
    }
    case 'edit':
      return { ...state, world: { ...state.world, ...event.change }, fresh: false }
    case 'context':
      return { ...state, context: event.context, fresh: false }
    case 'opened': {
      // A later change of the world asks again.
      if (event.world !== state.world) return state
      const { opened, failed } = event
      const answers = opened.matrix
        ? opened
        : { ...opened, matrix: state.opened?.matrix, graph: state.opened?.graph ?? opened.graph }
      return { ...state, opened: answers, failed, fresh: opened.matrix !== undefined, error: undefined }
    }
    case 'failed':
      return { ...state, error: event.error, fresh: false }
    case 'choose':
      return { ...state, ...unanswered, chosen: event.question }
    case 'reason':
      return event.question === state.chosen ? { ...state, reason: event.reason } : state
    case 'list':
      return event.question === state.chosen ? { ...state, list: event.list } : state
    case 'mode':
      return { ...state, ...unanswered, mode: event.mode, after: state.world.policy }
    case 'step':
      return { ...next(state, { type: 'world', world: event.world }), mode: 'learn', step: event.step }
    case 'after':
      return { ...state, after: event.after }
    case 'understood':
      return { ...state, source: undefined }
  }
}
