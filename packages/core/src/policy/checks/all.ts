import { ambiguousPrecedence, ambiguousType, ambiguousTypeInQuery } from './ambiguous.js'
import { bypassedException } from './bypassedException.js'
import type { LoadChecks } from './check.js'
import { circularRoles } from './circularRoles.js'
import { contradiction } from './contradiction.js'
import { conflictingDeclaration, declarations } from './declarations.js'
import { entryHead, listAsAction } from './entryHead.js'
import { checkPaths } from './followPaths.js'
import { invalidRule } from './invalidRule.js'
import { missingAllowRule, missingHasPermission } from './missingEntry.js'
import { missingRequiredRule } from './missingRequiredRule.js'
import { misspeltAction, misspeltRelation } from './misspelt.js'
import { negatedLoop } from './negatedLoop.js'
import { nilComparison, nilStep } from './nilStep.js'
import { undefinedRule, wrongArity } from './ruleCalls.js'
import { ruleNames } from './ruleNames.js'
import { invalidRuleType, restVariableInType } from './ruleTypes.js'
import { shorthandRules } from './shorthandRules.js'
import { unboundUnderNot } from './unboundUnderNot.js'
import { uncalledRule } from './uncalledRule.js'
import { ungranted } from './ungranted.js'
import { unknownField, unknownFieldRule } from './unknownField.js'
import { unknownMember } from './unknownMember.js'
import { unknownName } from './unknownName.js'
import { unmatchedCall } from './unmatchedCall.js'
import { unregisteredBlock, unregisteredRelation, unregisteredTypeClass } from './unregisteredClass.js'
import { repeatedRule, unreachableRule } from './unusedRule.js'
import { incomparable, neverEqual, notACondition, unknownValue } from './valueKinds.js'

/**
 * All checks: those that report errors, and those that warn of likely mistakes.
 * @param isForOso - Whether a policy that `oso` accepts has no errors. Default false.
 */
export function allChecks(isForOso = false): LoadChecks {
  return {
    isForOso,
    statements: [
      [ambiguousType],
      [invalidRuleType],
      [ruleNames],
      [declarations],
      [unregisteredBlock, conflictingDeclaration],
      [ambiguousPrecedence],
    ],
    blocks: [[unregisteredRelation], [shorthandRules], [circularRoles], ...(isForOso ? [] : [[misspeltRelation]])],
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
      [ambiguousTypeInQuery],
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
          nilComparison,
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
