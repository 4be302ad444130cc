import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'

/** A program, and the folder to start it in. */
export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Whether a shell must start it, as Windows needs for scripts. */
  readonly shell: boolean
}

/** Where a program is looked for. */
export interface Places {
  /** The setting `arcturus.path`; empty if there is none. */
  readonly path: string
  /** The folders of the workspace. */
  readonly folders: readonly string[]
  /** The open policies. */
  readonly files: readonly string[]
  readonly platform?: NodeJS.Platform
}

/**
 * Finds the program `arcturus`: the one of the setting, else the closest `node_modules/.bin/arcturus` of an open policy, else of
 * a folder of the workspace. Folders outside the workspace are not searched, since the user trusts only those inside.
 * @throws Error that says how to get the program
 */
export function findServer({ path, folders, files, platform = process.platform }: Places): ServerCommand {
  const isWindows = platform === 'win32'
  const [first = process.cwd()] = folders
  if (path !== '') {
    const program = resolve(first, path)
    if (!existsSync(program)) throw new Error(`\`arcturus.path\` names ${program}, which does not exist.`)
    return commandOf(program, first, isWindows)
  }
  const name = isWindows ? 'arcturus.cmd' : 'arcturus'
  for (const folder of [...files.flatMap((file) => above(file, folders)), ...folders]) {
    const program = join(folder, 'node_modules', '.bin', name)
    if (existsSync(program)) return commandOf(program, folder, isWindows)
  }
  throw new Error('The workspace has no program `arcturus`. Install `@arcturus/cli` in it, or set `arcturus.path`.')
}

/** Returns the folders above a file, the closest first, which are inside the workspace. */
function above(file: string, folders: readonly string[]): string[] {
  const isInside = (folder: string) =>
    folders.some((outer) => {
      const path = relative(outer, folder)
      return !isAbsolute(path) && path.split(/[\\/]/)[0] !== '..'
    })
  const found: string[] = []
  for (let folder = dirname(file); isInside(folder) && found.at(-1) !== folder; folder = dirname(folder))
    found.push(folder)
  return found
}

function commandOf(program: string, cwd: string, isWindows: boolean): ServerCommand {
  const args = ['lsp', '--stdio']
  if (/\.[cm]?js$/.test(program)) return { command: 'node', args: [program, ...args], cwd, shell: false }
  const shell = isWindows && /\.(?:cmd|bat)$/i.test(program)
  return { command: shell ? `"${program}"` : program, args, cwd, shell }
}
