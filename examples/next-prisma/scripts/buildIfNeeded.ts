// `npm start` works after `npm run setup` alone, and serves what the files say now.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const sources = ['app', 'components', 'src', 'prisma', 'policy.polar', 'proxy.ts', 'next.config.ts', 'package.json']
const built = '.next/BUILD_ID'

if (!existsSync(built) || sources.flatMap(filesIn).some((file) => changed(file) > changed(built))) {
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
  const { status } = spawnSync(process.execPath, [next, 'build'], { stdio: 'inherit' })
  process.exit(status ?? 1)
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))
}

function changed(file: string): number {
  return statSync(file).mtimeMs
}
