// `npm run format` formats the policies of the repository: files, and the blocks of documents. `--check` reports those that are not
// formatted, and changes nothing. It needs the built packages.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pnpm.mjs'

/** Policies with a form of their own, and those with mistakes on purpose. */
const left = ['test/hostile/hostile.polar', 'docs/codes.md']

const tracked = (pattern) =>
  execFileSync('git', ['ls-files', pattern], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && !left.includes(file))

/** Formats the policies of a document, each with the indentation of its block. */
async function formatBlocks(text, format) {
  let formatted = ''
  let end = 0
  for (const { 0: all, 1: indent, 2: fence, 3: body, index } of text.matchAll(
    /^([ \t]*)(```polar[^\n]*\n)([\s\S]*?)^\1```/gm,
  )) {
    const policy = await format(body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
    formatted += `${text.slice(end, index)}${indent}${fence}${policy.replaceAll(/^(?=.)/gm, indent)}${indent}\`\`\``
    end = index + all.length
  }
  return formatted + text.slice(end)
}

/**
 * Formats all policies.
 * @param {boolean} isCheck whether files are only reported
 * @returns {Promise<boolean>} whether all were formatted before
 */
export async function formatPolicies(isCheck) {
  const { format } = await import(`${root}packages/prettier-plugin/dist/index.mjs`)
  const changed = []
  const visit = async (file, formatted) => {
    const path = join(root, file)
    const before = readFileSync(path, 'utf8')
    const after = await formatted(before)
    if (after === before) return
    changed.push(file)
    if (!isCheck) writeFileSync(path, after)
  }
  for (const file of tracked('*.polar')) await visit(file, format)
  for (const file of tracked('*.md')) await visit(file, (text) => formatBlocks(text, format))
  for (const file of changed) console.log(isCheck ? `${file} is not formatted: run \`npm run format\`.` : file)
  return changed.length === 0
}

if (process.argv[1] === import.meta.filename) {
  const isCheck = process.argv.includes('--check')
  const wasFormatted = await formatPolicies(isCheck)
  process.exit(isCheck && !wasFormatted ? 1 : 0)
}
