// `node bench/random/show.mjs NAME declared|half|bare [SEED]`: prints a policy of the random family, #17 or tracker, and its function by hand.
import { sourceOf } from './byHand.mjs'
import { polarOf } from './polar.mjs'
import { specificationOf } from './policies.mjs'

const [, , name = '#0', schema = 'declared', seed = '0'] = process.argv
const specification = specificationOf(name, { seed: Number(seed), schema })
console.log(polarOf(specification))
console.log(sourceOf(specification, Object.keys(specification.fields)))
