import { ArcturusError } from '@arcturus/core'
import { type Opened, Playground, type Question } from './engine.js'
import { type World, WorldError } from './world.js'

/** What the page asks the engine. */
export type Ask = { readonly world: World; readonly context?: string | undefined } & (
  | { readonly kind: 'open' }
  | { readonly kind: 'reason' | 'list'; readonly question: Question }
  | { readonly kind: 'compare'; readonly after: string }
  | { readonly kind: 'mutants' }
)
export interface Asked {
  readonly id: number
  readonly ask: Ask
}
/** `part` is one of several values; the last reply of a question is `value` or `error`. */
export interface Reply {
  readonly id: number
  readonly part?: unknown
  readonly value?: unknown
  readonly error?: string
}

let known: { readonly key: string; readonly playground: Playground } | undefined

async function playgroundOf({ world, context }: Ask): Promise<Playground> {
  const { pins: _, ...asked } = world
  const key = JSON.stringify([asked, context])
  if (known?.key !== key) known = { key, playground: await Playground.open(world, context) }
  return known.playground
}

async function answer(ask: Ask, id: number): Promise<unknown> {
  switch (ask.kind) {
    case 'open': {
      const playground = await playgroundOf(ask)
      const opened: Opened = await playground.opened()
      return { opened, failed: opened.matrix ? await playground.failedPins(ask.world.pins ?? []) : [] }
    }
    case 'reason':
      return await (await playgroundOf(ask)).reason(ask.question)
    case 'list':
      return await (await playgroundOf(ask)).list(ask.question)
    case 'compare':
      return await (await import('./comparison.js')).compare(ask.world, ask.after)
    case 'mutants': {
      const playground = await Playground.open(ask.world, ask.context)
      for await (const part of playground.mutants()) self.postMessage({ id, part } satisfies Reply)
      return undefined
    }
  }
}

// One question after the other: each starts when the one before it has its answer.
let last: Promise<void> = Promise.resolve()
self.onmessage = ({ data: { id, ask } }: MessageEvent<Asked>) => {
  last = last.then(async () => {
    try {
      self.postMessage({ id, value: await answer(ask, id) } satisfies Reply)
    } catch (error) {
      const isKnown = error instanceof WorldError || error instanceof ArcturusError
      self.postMessage({ id, error: isKnown ? error.message : `The engine failed: ${String(error)}` } satisfies Reply)
    }
  })
}
