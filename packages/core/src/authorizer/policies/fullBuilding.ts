import { allChecks } from '../../policy/checks/all.js'
import { type Building, buildingWith } from './building.js'

/** Returns the part with all checks. */
export const fullBuilding = (): Building => buildingWith(allChecks())
