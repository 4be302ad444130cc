// Size: what a bundler for browsers makes of what is imported, minified and compressed (gzip -9).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { compiledModule } from '../compiled.mjs'
import { workloads } from '../workloads/index.mjs'

export async function measure({ name, seed, engines }) {
  const module = fileURLToPath(compiledModule(workloads[name](seed)))
  const entries = {
    'arcturus Authorizer': `export { Authorizer } from '@arcturus/core'`,
    [`arcturus compiled, with ${name}`]: `export { createAuthorizer } from ${JSON.stringify(module)}`,
    'arcturus runtime of compiled': `export { compiled } from '@arcturus/core/internal/runtime'`,
    'arcturus runtime, all of it': `export * from '@arcturus/core/internal/runtime'`,
    'arcturus drop-in': `export { Oso } from '@arcturus/oso'`,
    ...(engines.includes('casl') && { CASL: `export { AbilityBuilder, createMongoAbility } from '@casl/ability'` }),
  }
  // Beside this file, so that packages are found.
  const folder = mkdtempSync(fileURLToPath(new URL('../size-', import.meta.url)))
  try {
    const sizes = []
    for (const [entry, text] of Object.entries(entries)) sizes.push({ name: entry, ...(await bundled(folder, text)) })
    if (engines.includes('oso')) sizes.push({ name: 'oso, its wasm alone', ...wasmOfOso() })
    return { title: 'bundles for a browser', sizes }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function bundled(folder, text) {
  const input = `${folder}/entry.mjs`
  writeFileSync(input, text)
  const bundle = await rolldown({ input, platform: 'browser', external: [/^node:/], logLevel: 'silent' })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  const code = output.map((chunk) => chunk.code ?? '').join('')
  return { minified: Buffer.byteLength(code), gzip: gzipSync(code, { level: 9 }).length }
}

function wasmOfOso() {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('oso/dist/src/polar_wasm_api_bg.wasm'))
  return { minified: wasm.length, gzip: gzipSync(wasm, { level: 9 }).length }
}
