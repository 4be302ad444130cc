export { GET, PATCH, POST } from '../../api/[...path]/route'

export const runtime = 'edge'
