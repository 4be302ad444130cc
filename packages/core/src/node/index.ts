export { type Holder, hold, isAllowList } from './hold.js'
export { keepPrivate } from './keepPrivate.js'
export { type LoadOptions, loadPolicyFiles } from './loadPolicyFiles.js'
export { type PolicyWatcher, type WatchOptions, watchPolicyFiles } from './watchPolicyFiles.js'
