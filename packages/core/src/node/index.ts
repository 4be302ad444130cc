export { loadPolicyFiles } from './loadPolicyFiles.js'
