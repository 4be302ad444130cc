import { afterAll, beforeAll } from 'vitest'
import { ofNext15, type Served, serve } from './build.js'
import { describeEdge, describeNext } from './describeNext.js'

let served: Served
beforeAll(async () => {
  served = await serve(ofNext15())
}, 300_000)
afterAll(() => served?.close())

describeNext('Next 15', () => served)
describeEdge('Next 15', () => served)
