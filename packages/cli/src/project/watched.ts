import { type FSWatcher, watch } from 'chokidar'

/** The files whose changes can change a result. */
const sources = /\.(?:polar|prisma|[cm]?[jt]sx?)$/

/** Watches the policies and the source files in a folder. */
export function watchSources(folder: string): FSWatcher {
  return watch(folder, {
    ignoreInitial: true,
    ignored: (path, stats) =>
      /[\\/](?:node_modules|\.git|\.next|dist|generated)(?:[\\/]|$)/.test(path.slice(folder.length)) ||
      (stats?.isFile() === true && !sources.test(path)),
  })
}
