import '../explain/index.js'

export type { Decision, DecisionEntry, DecisionJSON, RequestFields } from '../authorizer/decisions/event.js'
export type { DecidingRule } from '../authorizer/decisions/explainer.js'
export { type JsonLinesOptions, jsonLines, type LineStream } from './jsonLines.js'
