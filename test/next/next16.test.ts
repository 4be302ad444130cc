import { afterAll, beforeAll } from 'vitest'
import { ofNext16, type Served, serve } from './build.js'
import { describeEdge, describeNext } from './describeNext.js'

let served: Served
let edge: Served
beforeAll(async () => {
  served = await serve(ofNext16('application'))
  edge = await serve(ofNext16('edge'), '--webpack')
}, 300_000)
afterAll(() => Promise.all([served?.close(), edge?.close()]))

describeNext('Next 16', () => served)
describeEdge('Next 16', () => edge)
