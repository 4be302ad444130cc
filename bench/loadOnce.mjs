// One process of load.mjs: loads a generated policy once, then again into a new authorizer, and prints both times.
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { generatedPolicies } from './policies.mjs'

const [, , shape, rules] = process.argv
const { classes, polar } = generatedPolicies[shape](Number(rules))

function loadMs() {
  const authorizer = new Authorizer()
  for (const [name, type] of Object.entries(classes)) authorizer.registerClass(type, { name })
  const start = performance.now()
  authorizer.loadSync(polar)
  return performance.now() - start
}

const firstMs = loadMs()
const againMs = loadMs()
console.log(JSON.stringify({ bytes: polar.length, firstMs, againMs }))
