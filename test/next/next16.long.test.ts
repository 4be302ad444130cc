import { afterAll, beforeAll } from 'vitest'
import { ofNext16, type Served, serve } from './build.js'
import { describeComponents, describeEdge } from './describeNext.js'

let edge: Served
let components: Served
beforeAll(async () => {
  edge = await serve(ofNext16('edge'), '--webpack')
  components = await serve(ofNext16('components'))
}, 300_000)
afterAll(() => Promise.all([edge?.close(), components?.close()]))

describeEdge('Next 16', () => edge)
describeComponents('Next 16', () => components)
