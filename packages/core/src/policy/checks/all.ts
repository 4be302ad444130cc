import { ambiguousPrecedence } from './ambiguousPrecedence.js'
import { blockKeyword } from './blockKeyword.js'
import type { BlockContext, Check, CheckContext, PolicyContext } from './check.js'
import { conflictingDeclaration } from './conflictingDeclaration.js'
import { declarationForm } from './declarationForm.js'
import { checkPaths } from './followPaths.js'
import { incomparable } from './incomparable.js'
import { invalidRule } from './invalidRule.js'
import { invalidRuleType } from './invalidRuleType.js'
import { listAsAction } from './listAsAction.js'
import { missingAllowRule } from './missingAllowRule.js'
import { missingHasPermission } from './missingHasPermission.js'
import { missingRelatedBlock } from './missingRelatedBlock.js'
import { missingRequiredRule } from './missingRequiredRule.js'
import { checkNames } from './names.js'
import { neverEqual } from './neverEqual.js'
import { nilStep } from './nilStep.js'
import { notARelation } from './notARelation.js'
import { relationKeyword } from './relationKeyword.js'
import { repeatedDeclaration } from './repeatedDeclaration.js'
import { repeatedRule } from './repeatedRule.js'
import { restVariableInType } from './restVariableInType.js'
import { singletonVariable } from './singletonVariable.js'
import { uncalledRule } from './uncalledRule.js'
import { undeclaredBody } from './undeclaredBody.js'
import { undeclaredHead } from './undeclaredHead.js'
import { undeclaredRelatedTerm } from './undeclaredRelatedTerm.js'
import { undefinedRule } from './undefinedRule.js'
import { ungranted } from './ungranted.js'
import { unknownDeclaration } from './unknownDeclaration.js'
import { unknownField } from './unknownField.js'
import { unknownFieldRule } from './unknownFieldRule.js'
import { unknownMember } from './unknownMember.js'
import { unknownName } from './unknownName.js'
import { unknownSpecializer } from './unknownSpecializer.js'
import { unknownValue } from './unknownValue.js'
import { unreachableRule } from './unreachableRule.js'
import { unregisteredBlock } from './unregisteredBlock.js'
import { unregisteredRelation } from './unregisteredRelation.js'
import { unregisteredTypeClass } from './unregisteredTypeClass.js'
import { wrongArity } from './wrongArity.js'

/**
 * Rows of checks. The diagnostics of one row are in source order, and the rows follow each other.
 */
type Rows<Context extends CheckContext> = readonly (readonly Check<Context>[])[]

/** Checks of rules, rule types and blocks, one statement at a time. */
export const statementChecks: Rows<CheckContext> = [
  [invalidRuleType],
  [checkNames(singletonVariable, unknownSpecializer)],
  [ambiguousPrecedence],
  [blockKeyword, unknownDeclaration, declarationForm, repeatedDeclaration],
  [unregisteredBlock, conflictingDeclaration],
]

/** Checks of blocks, once all of them are read. */
export const blockChecks: Rows<BlockContext> = [
  [unregisteredRelation],
  [undeclaredHead, relationKeyword, undeclaredBody, notARelation, missingRelatedBlock, undeclaredRelatedTerm],
]

/** Checks of all rules and inline queries together. */
export const policyChecks: Rows<PolicyContext> = [
  [unregisteredTypeClass],
  [restVariableInType],
  [invalidRule],
  [missingRequiredRule],
  [undefinedRule],
  [uncalledRule],
  [missingAllowRule],
  [missingHasPermission],
  [wrongArity],
  [unknownName('role'), unknownName('permission'), unknownName('relation')],
  [ungranted],
  [unreachableRule, listAsAction],
  [repeatedRule],
  [checkPaths(unknownField, unknownMember, nilStep, neverEqual, unknownValue, incomparable), unknownFieldRule],
]
