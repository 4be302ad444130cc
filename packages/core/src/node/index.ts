export { type LoadOptions, loadPolicyFiles } from './loadPolicyFiles.js'
export { type PolicyWatcher, type WatchOptions, watchPolicyFiles } from './watchPolicyFiles.js'
