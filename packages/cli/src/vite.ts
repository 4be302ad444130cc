import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger, Plugin } from 'vite'

/** The options of `policies`. */
export interface PoliciesOptions {
  /**
   * Whether the development server writes `policy.d.polar.ts` beside each policy, as `arcturus types --modules` does. An
   * object has the options of this command. Default: false.
   */
  readonly types?: boolean | TypesOptions
}

/** The options of `arcturus types`. */
export interface TypesOptions {
  /** The configuration. Default: `arcturus.config.ts` in the root of the project or above. */
  readonly config?: string
  /** The name of the interface. Default: `AppPolicy`. */
  readonly name?: string
  /** Whether the interface is the policy of the whole application. Default: true. */
  readonly register?: boolean
}

/**
 * Returns a Vite plugin with which modules can import policies: `import policy from './policy.polar'` is the bundled text. In
 * development, saving a policy reloads the modules that import it, and writes its types again.
 *
 * @param options - Whether types are written. Default: they are not.
 * @example
 * // vite.config.ts
 * import { policies } from '@arcturus/cli/vite'
 *
 * export default { plugins: [policies({ types: true })] }
 */
export function policies({ types = false }: PoliciesOptions = {}): Plugin {
  let write: (() => void) | undefined
  return {
    name: 'arcturus:policies',
    configResolved({ command, mode, root, logger }) {
      // Builds and tests write no sources.
      if (types !== false && command === 'serve' && mode !== 'test')
        write = typesWriter(root, types === true ? {} : types, logger)
    },
    buildStart() {
      write?.()
    },
    transform(text, id) {
      return id.endsWith('.polar') ? { code: `export default ${JSON.stringify(text)}`, map: null } : undefined
    },
    watchChange(id) {
      if (/\.(?:polar|prisma)$/.test(id) || basename(id).startsWith('arcturus.config.')) write?.()
    },
  }
}

/** Returns a function that runs `arcturus types --modules`: once at a time, and again for a change in between. */
function typesWriter(cwd: string, { config, name, register = true }: TypesOptions, logger: Logger): () => void {
  const args = [
    ...[fileURLToPath(new URL('../bin/arcturus.mjs', import.meta.url)), 'types', '--modules'],
    ...(config === undefined ? [] : ['--config', config]),
    ...(name === undefined ? [] : ['--name', name]),
    ...(register ? [] : ['--no-register']),
  ]
  let state: 'idle' | 'running' | 'stale' = 'idle'
  const write = (): void => {
    if (state !== 'idle') {
      state = 'stale'
      return
    }
    state = 'running'
    execFile(process.execPath, args, { cwd }, (error, stdout, stderr) => {
      if (error) logger.error(`arcturus types failed:\n${stderr || stdout}`, { timestamp: true })
      const isStale = state === 'stale'
      state = 'idle'
      if (isStale) write()
    })
  }
  return write
}
