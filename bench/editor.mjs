// `pnpm bench:editor`: what a key costs in an editor, in policies of 5,000 lines: parsing, then completion, then all diagnostics.
// In time of the processor, so that other work of the machine does not count.
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { median } from './measure.mjs'
import { generatedPolicies } from './policies.mjs'
import { duration, table } from './report.mjs'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '5000' },
    keys: { type: 'string', default: '40' },
    json: { type: 'boolean' },
  },
})
const [lines, keys] = [Number(values.lines), Number(values.keys)]
build('@arcturus/core', '@arcturus/prettier-plugin', '@arcturus/language-service')
const { LanguageService } = await import('@arcturus/language-service')
const { describeSchema } = await import('@arcturus/language-service')
const { Authorizer } = await import('@arcturus/core')

const uri = 'file:///policy.polar'
/** The lines that each rule takes in a policy. */
const linesPerRule = { 'plain rules': 1, 'resource blocks': 1.5 }
const typed = 'allow(user: User, "read", thing: Type12) if thing.owner = user and user.'
/** The letters that are typed into a name, and removed again. */
const letters = 'abcdef'

/** The keys of each kind: a rule is typed in the middle, and a name there is changed letter by letter. */
const kinds = {
  'a new rule': (text, middle, key) => `${text.slice(0, middle)}${typed.slice(0, key)}\n${text.slice(middle)}`,
  'a text of a head or a block': (text, middle, key) => into(text, text.indexOf('"', middle) + 1, key),
  'the first rule': (text, _, key) => into(text, text.indexOf('(') + 1, key),
}
const into = (text, at, key) => text.slice(0, at) + letters.slice(0, key % letters.length) + text.slice(at)

const milliseconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Types into a policy, key by key. */
function measure(shape, kind) {
  const { classes, polar } = generatedPolicies[shape](Math.round(lines / linesPerRule[shape]))
  const authorizer = new Authorizer()
  for (const [name, cls] of Object.entries(classes)) authorizer.registerClass(cls, { name })
  const service = new LanguageService({ isWhole: true, schema: describeSchema(authorizer.schema) })
  const opened = milliseconds()
  service.update(uri, polar, 0)
  service.diagnostics()
  const openMs = milliseconds() - opened
  const middle = polar.indexOf(shape === 'plain rules' ? 'allow(' : 'resource ', polar.length / 2)
  const line = polar.slice(0, middle).split('\n').length - 1
  const completion = []
  const diagnostics = []
  for (let key = 1; key <= keys; key++) {
    const text = kinds[kind](polar, middle, key)
    const start = milliseconds()
    service.update(uri, text, key)
    service.complete(uri, { line, character: key })
    const completed = milliseconds()
    service.diagnostics()
    completion.push(completed - start)
    diagnostics.push(milliseconds() - start)
  }
  const worst = (all) => Math.max(...all.slice(Math.ceil(all.length / 10)))
  return {
    ...{ shape, kind, lines: polar.split('\n').length, openMs },
    ...{ completionMs: median(completion), completionWorstMs: worst(completion) },
    ...{ diagnosticsMs: median(diagnostics), diagnosticsWorstMs: worst(diagnostics) },
  }
}

const results = Object.keys(generatedPolicies).flatMap((shape) =>
  Object.keys(kinds).map((kind) => measure(shape, kind)),
)
if (values.json) console.log(JSON.stringify(results, null, 2))
else {
  const ms = (value) => duration(value * 1e6)
  const rows = results.map((one) => [
    one.shape,
    one.kind,
    one.lines.toLocaleString('en'),
    ms(one.openMs),
    ...[ms(one.completionMs), ms(one.completionWorstMs), ms(one.diagnosticsMs), ms(one.diagnosticsWorstMs)],
  ])
  const columns = ['policy', 'keys', 'lines', 'open', 'completion', 'worst', 'diagnostics', 'worst']
  console.log(table(columns, rows))
  console.log(
    '\nMedians after a key, from the changed text on. `worst` leaves out the first tenth, when nothing is warm.',
  )
}
