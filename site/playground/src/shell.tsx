import { renderToString } from 'preact-render-to-string'
import { examples, firstExample } from '../examples.js'
import { App } from './app.js'
import { Playground } from './engine.js'
import type { First } from './state.js'

const all = await examples()
const world = all[firstExample]!
const first: First = {
  world,
  opened: await (await Playground.open(world)).opened(),
  examples: Object.entries(all).map(([name, { title }]) => ({ name, title })),
}

/** The page with the answers of the first example, so that it is useful before the engine is there. */
export const html: string = renderToString(<App first={first} />)
/** Its data, for a script element: `<` would end that. */
export const json: string = JSON.stringify(first).replaceAll('<', '\\u003c')
