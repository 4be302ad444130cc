export { type ChainFault, chainReader } from '../chain.js'
