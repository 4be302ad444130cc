// Runs one language case against an engine with the API of `oso` and gives the outcome, encoded.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { withConsole } from './console.mjs'
import { encodeError } from './errors.mjs'
import { newContext, registerFixture } from './setup.mjs'
import { decode, encode } from './values.mjs'

export function runLanguageCase(one, engine) {
  return withConsole(async (heard) => {
    const context = newContext(engine, one.fixture)
    if (one.register !== false) registerFixture(context, Array.isArray(one.register) ? one.register : undefined)
    const outcome = await outcomeOf(one, context)
    for (const what of one.capture ?? []) {
      outcome[what] = what === 'log' ? [...context.fixture.recorder.log] : [...heard[what]]
    }
    return outcome
  })
}

async function outcomeOf(one, context) {
  if (one.policy !== undefined) {
    const loaded = await runStep({ op: 'loadStr', source: one.policy }, context)
    if (loaded.error || (one.query === undefined && one.steps === undefined)) return loaded
  }
  if (one.query !== undefined) return runStep({ ...one, op: 'query' }, context)
  const outcomes = []
  for (const step of one.steps) outcomes.push(await runStep(step, context))
  return outcomes.length === 1 ? outcomes[0] : { steps: outcomes }
}

async function runStep(step, context) {
  const { oso } = context
  const args = () => (step.args ?? []).map((arg) => decode(arg, context))
  const options = () => (step.options ? [{ ...step.options }] : [])
  switch (step.op) {
    case 'loadStr':
      return guard('load', async () => {
        await oso.loadStr(step.source, step.filename)
        return { ok: true }
      })
    case 'loadFiles':
      return guard('load', () => loadFiles(step, oso))
    case 'clearRules':
      return guard('load', async () => {
        oso.clearRules()
        return { ok: true }
      })
    case 'registerClass':
      return guard('register', async () => {
        oso.registerClass(decode(step.cls, context), step.name === undefined ? undefined : { name: step.name })
        return { ok: true }
      })
    case 'registerConstant':
      return guard('register', async () => {
        oso.registerConstant(decode(step.value, context), step.name)
        return { ok: true }
      })
    case 'registerFixture':
      return guard('register', async () => {
        registerFixture(context)
        return { ok: true }
      })
    case 'query':
      return collect(() => oso.query(step.query, queryOptions(step, context) ?? {}), context, step.take)
    case 'queryRule': {
      const options = queryOptions(step, context)
      return collect(() => oso.queryRule(...(options ? [options] : []), step.name, ...args()), context, step.take)
    }
    case 'queryRuleOnce':
      return guard('call', async () => ({ value: await oso.queryRuleOnce(step.name, ...args()) }))
    case 'isAllowed':
      return guard('call', async () => ({ value: await oso.isAllowed(...args()) }))
    case 'authorize':
    case 'authorizeRequest':
    case 'authorizeField':
      return guard('call', async () => {
        await oso[step.op](...args(), ...options())
        return { ok: true }
      })
    case 'authorizedActions':
    case 'authorizedFields':
      return guard('call', async () => {
        const found = [...(await oso[step.op](...args(), ...options()))].map((one) => encode(one, context))
        return { set: found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) }
      })
    case 'authorizedResources':
      return guard('call', async () => {
        const rows = await oso.authorizedResources(...args())
        return { results: rows.map((row) => encode(row, context)) }
      })
    default:
      throw new Error(`unknown op ${step.op}`)
  }
}

async function guard(phase, run) {
  try {
    return await run()
  } catch (error) {
    return { error: encodeError(error, phase) }
  }
}

async function loadFiles({ files, load }, oso) {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  try {
    for (const { name, content } of files) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    }
    await oso.loadFiles(load.map((name) => join(folder, name)))
    return { ok: true }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function queryOptions({ acceptExpression, bindings }, context) {
  if (!acceptExpression && !bindings) return undefined
  return {
    acceptExpression: acceptExpression === true,
    ...(bindings && {
      bindings: new Map(Object.entries(bindings).map(([name, value]) => [name, decode(value, context)])),
    }),
  }
}

async function collect(start, context, take) {
  const found = []
  try {
    for await (const result of start()) {
      found.push(Object.fromEntries([...result.keys()].sort().map((name) => [name, encode(result.get(name), context)])))
      if (found.length === take) break
    }
  } catch (error) {
    return { ...(found.length > 0 && { partial: found }), error: encodeError(error, 'query') }
  }
  return { results: found }
}
