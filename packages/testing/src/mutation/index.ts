export type { Answer } from '../diff/answer.js'
export { type Mutant, type MutantKind, mutatedSources, policyMutants } from './mutants.js'
export { QuestionRecorder, type RecordedFields, type RecordedList, type RecordedQuestion } from './questions.js'
export {
  type MutationOptions,
  type MutationReport,
  type Survivor,
  testMutants,
  type Witness,
} from './testMutants.js'
