import { blockKeyword } from './blockKeyword.js'
import type { Check, LoadChecks } from './check.js'
import { conflictingDeclaration } from './conflictingDeclaration.js'
import { declarationForm } from './declarationForm.js'
import { invalidRule } from './invalidRule.js'
import { invalidRuleType } from './invalidRuleType.js'
import { missingRelatedBlock } from './missingRelatedBlock.js'
import { missingRequiredRule } from './missingRequiredRule.js'
import { checkNames } from './names.js'
import { negatedLoop } from './negatedLoop.js'
import { notARelation } from './notARelation.js'
import { relationKeyword } from './relationKeyword.js'
import { repeatedDeclaration } from './repeatedDeclaration.js'
import { restVariableInType } from './restVariableInType.js'
import { singletonVariable } from './singletonVariable.js'
import { undeclaredBody } from './undeclaredBody.js'
import { undeclaredHead } from './undeclaredHead.js'
import { undeclaredRelatedTerm } from './undeclaredRelatedTerm.js'
import { undefinedRule } from './undefinedRule.js'
import { unknownDeclaration } from './unknownDeclaration.js'
import { unregisteredBlock } from './unregisteredBlock.js'
import { unregisteredRelation } from './unregisteredRelation.js'
import { unregisteredTypeClass } from './unregisteredTypeClass.js'

/**
 * The checks that report errors. A policy without errors has a meaning.
 * @param names - The check of the names in a rule. Default: the one that reports errors alone.
 */
export function errorChecks(names: Check = checkNames(singletonVariable)): LoadChecks {
  return {
    isForOso: false,
    statements: [
      [invalidRuleType],
      [names],
      [blockKeyword, unknownDeclaration, declarationForm, repeatedDeclaration],
      [unregisteredBlock, conflictingDeclaration],
    ],
    blocks: [
      [unregisteredRelation],
      [undeclaredHead, relationKeyword, undeclaredBody, notARelation, missingRelatedBlock, undeclaredRelatedTerm],
    ],
    policy: [[unregisteredTypeClass], [restVariableInType], [invalidRule], [missingRequiredRule]],
    rules: [[undefinedRule], [negatedLoop]],
  }
}
