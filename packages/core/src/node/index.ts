export { loadPolicyFiles } from './loadPolicyFiles.js'
export { type PolicyWatcher, watchPolicyFiles } from './watchPolicyFiles.js'
