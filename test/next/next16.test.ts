import { afterAll, beforeAll } from 'vitest'
import { ofNext16, type Served, serve } from './build.js'
import { describeNext } from './describeNext.js'

let served: Served
beforeAll(async () => {
  served = await serve(ofNext16('application'))
}, 300_000)
afterAll(() => served?.close())

describeNext('Next 16', () => served)
