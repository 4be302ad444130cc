import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Disables the async stores that earlier files of this process have entered. Node.js 20 copies the value of each store that was
 * ever entered to each new promise, so without this every file is slower than the one before. A store that is entered again works.
 */
interface Entering {
  // Called by `run` and `enterWith` of Node.js 20; later versions have no such list of stores.
  _enable?(this: AsyncLocalStorage<unknown>): void
}

const key = Symbol.for('arcturus.test.stores')
const kept = globalThis as { [key]?: Set<AsyncLocalStorage<unknown>> }
kept[key] ??= watch()
for (const store of kept[key]) store.disable()
kept[key].clear()

function watch(): Set<AsyncLocalStorage<unknown>> {
  const stores = new Set<AsyncLocalStorage<unknown>>()
  const prototype = AsyncLocalStorage.prototype as Entering
  const enable = prototype._enable
  if (enable)
    prototype._enable = function () {
      stores.add(this)
      enable.call(this)
    }
  return stores
}
