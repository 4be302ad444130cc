import { afterAll, beforeAll } from 'vitest'
import { ofNext16, type Served, serve } from './build.js'
import { describeAlone, describeComponents, describeEdge, describeNext } from './describeNext.js'

let served: Served
let edge: Served
let components: Served
let alone: Served
beforeAll(async () => {
  served = await serve(ofNext16('application'))
  edge = await serve(ofNext16('edge'), '--webpack')
  components = await serve(ofNext16('components'))
  alone = await serve(ofNext16('alone'))
}, 900_000)
afterAll(() => Promise.all([served?.close(), edge?.close(), components?.close(), alone?.close()]))

describeNext('Next 16', () => served)
describeEdge('Next 16', () => edge)
describeComponents('Next 16', () => components)
describeAlone('Next 16', () => alone)
