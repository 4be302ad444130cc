// A generator that writes Prisma's own reading of a schema, for tests that compare ours with it.
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  const manifest = { prettyName: 'Data model', defaultOutput: './dmmf.json' }
  if (method === 'generate') writeFileSync(params.generator.output.value, JSON.stringify(params.dmmf.datamodel))
  const result = method === 'getManifest' ? { manifest } : null
  process.stderr.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`)
})
