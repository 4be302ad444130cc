export { Calls } from './calls.js'
export { GraphqlCalls } from './graphqlCalls.js'
export { ToolCalls } from './toolCalls.js'
