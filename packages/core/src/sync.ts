import * as filtering from './authorizer/filtering.js'
import { provideParts } from './authorizer/parts.js'
import * as predicates from './authorizer/plans/evaluator.js'
import * as building from './authorizer/policies/building.js'

provideParts({ building, filtering, predicates })
