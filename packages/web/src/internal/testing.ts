export { acceptStandIns, standInHeader } from '../standIns.js'
