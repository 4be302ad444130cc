import { titlesOf } from '../../../application/kept'
import { withAuthorization } from '../../../application/world'

export const GET = withAuthorization(async ({ authorization }) => Response.json(await titlesOf(authorization.actor)))
