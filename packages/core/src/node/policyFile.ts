import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { PolicySource } from '../authorizer/policies/loadedPolicy.js'
import { ArgumentError, invalidArgument } from '../errors.js'

/**
 * Reads the files of one policy. The name of each source is the path as it was passed.
 * @throws ArgumentError if there are no files, or if a file can't be read.
 */
export async function readPolicyFiles(files: readonly string[]): Promise<readonly PolicySource[]> {
  if (files.length === 0) {
    throw invalidArgument('loadPolicyFiles needs at least one file.', {
      hint: "name the files: loadPolicyFiles(authorizer, 'policy.polar')",
    })
  }
  return Promise.all(files.map(readPolicyFile))
}

async function readPolicyFile(file: string): Promise<PolicySource> {
  if (typeof file !== 'string')
    throw invalidArgument('The path of a policy file must be a string.', {
      hint: "pass paths: loadPolicyFiles(authorizer, 'main.polar', 'billing.polar')",
    })
  try {
    return { text: await readFile(file, 'utf8'), name: file }
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw new ArgumentError(
      'unreadable-policy-file',
      isMissing ? `Policy file ${file} does not exist.` : `Policy file ${file} can't be read.`,
      { hint: `check the path: ${resolve(file)}`, cause, data: { file } },
    )
  }
}
