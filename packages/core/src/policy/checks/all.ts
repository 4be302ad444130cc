import { ambiguousPrecedence } from './ambiguousPrecedence.js'
import { blockKeyword } from './blockKeyword.js'
import { bypassedException } from './bypassedException.js'
import type { LoadChecks } from './check.js'
import { circularRoles } from './circularRoles.js'
import { conflictingDeclaration } from './conflictingDeclaration.js'
import { contradiction } from './contradiction.js'
import { declarationForm } from './declarationForm.js'
import { entryHead } from './entryHead.js'
import { checkPaths } from './followPaths.js'
import { incomparable } from './incomparable.js'
import { invalidRule } from './invalidRule.js'
import { invalidRuleType } from './invalidRuleType.js'
import { listAsAction } from './listAsAction.js'
import { missingAllowRule } from './missingAllowRule.js'
import { missingHasPermission } from './missingHasPermission.js'
import { missingRelatedBlock } from './missingRelatedBlock.js'
import { missingRequiredRule } from './missingRequiredRule.js'
import { misspeltAction } from './misspeltAction.js'
import { misspeltRelation } from './misspeltRelation.js'
import { checkNames } from './names.js'
import { negatedLoop } from './negatedLoop.js'
import { neverEqual } from './neverEqual.js'
import { nilStep } from './nilStep.js'
import { notACondition } from './notACondition.js'
import { notARelation } from './notARelation.js'
import { relationKeyword } from './relationKeyword.js'
import { repeatedDeclaration } from './repeatedDeclaration.js'
import { repeatedRule } from './repeatedRule.js'
import { restVariableInType } from './restVariableInType.js'
import { singletonVariable } from './singletonVariable.js'
import { unboundUnderNot } from './unboundUnderNot.js'
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
import { unmatchedCall } from './unmatchedCall.js'
import { unreachableRule } from './unreachableRule.js'
import { unregisteredBlock } from './unregisteredBlock.js'
import { unregisteredRelation } from './unregisteredRelation.js'
import { unregisteredTypeClass } from './unregisteredTypeClass.js'
import { wrongArity } from './wrongArity.js'

/**
 * All checks: those that report errors, and those that warn of likely mistakes.
 * @param isForOso - Whether a policy that `oso` accepts has no errors. Default false.
 */
export function allChecks(isForOso = false): LoadChecks {
  return {
    isForOso,
    statements: [
      [invalidRuleType],
      // Both checks of names share a walk.
      [checkNames(singletonVariable, unknownSpecializer)],
      [blockKeyword, unknownDeclaration, declarationForm, repeatedDeclaration],
      [unregisteredBlock, conflictingDeclaration],
      [ambiguousPrecedence],
    ],
    blocks: [
      [unregisteredRelation],
      [undeclaredHead, relationKeyword, undeclaredBody, notARelation, missingRelatedBlock, undeclaredRelatedTerm],
      [circularRoles],
      ...(isForOso ? [] : [[misspeltRelation]]),
    ],
    policy: [
      [unregisteredTypeClass],
      [restVariableInType],
      [invalidRule],
      [missingRequiredRule],
      [uncalledRule],
      [missingAllowRule],
      [missingHasPermission],
      [ungranted],
      [unreachableRule],
      [misspeltAction],
      [repeatedRule],
      [bypassedException],
    ],
    rules: [
      [undefinedRule],
      [negatedLoop],
      [entryHead],
      [wrongArity],
      [unknownName],
      [listAsAction],
      [unboundUnderNot],
      [
        checkPaths(
          unmatchedCall,
          unknownField,
          unknownMember,
          nilStep,
          neverEqual,
          unknownValue,
          incomparable,
          notACondition,
          contradiction,
        ),
        unknownFieldRule,
      ],
    ],
  }
}
