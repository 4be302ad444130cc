import { ambiguousPrecedence } from './ambiguousPrecedence.js'
import type { LoadChecks } from './check.js'
import { circularRoles } from './circularRoles.js'
import { contradiction } from './contradiction.js'
import { entryHead, rowAsAction } from './entryHead.js'
import { errorChecks } from './errors.js'
import { checkPaths } from './followPaths.js'
import { incomparable } from './incomparable.js'
import { listAsAction } from './listAsAction.js'
import { missingAllowRule } from './missingAllowRule.js'
import { missingHasPermission } from './missingHasPermission.js'
import { misspeltAction } from './misspeltAction.js'
import { misspeltRelation } from './misspeltRelation.js'
import { checkNames } from './names.js'
import { neverEqual } from './neverEqual.js'
import { nilStep } from './nilStep.js'
import { notACondition } from './notACondition.js'
import { repeatedRule } from './repeatedRule.js'
import { singletonVariable } from './singletonVariable.js'
import { unboundUnderNot } from './unboundUnderNot.js'
import { uncalledRule } from './uncalledRule.js'
import { ungranted } from './ungranted.js'
import { unknownField } from './unknownField.js'
import { unknownFieldRule } from './unknownFieldRule.js'
import { unknownMember } from './unknownMember.js'
import { unknownName } from './unknownName.js'
import { unknownSpecializer } from './unknownSpecializer.js'
import { unknownValue } from './unknownValue.js'
import { unmatchedCall } from './unmatchedCall.js'
import { unreachableRule } from './unreachableRule.js'
import { wrongArity } from './wrongArity.js'

/**
 * All checks: those that report errors, and those that warn of likely mistakes.
 * @param isForOso - Whether a policy that `oso` accepts has no errors. Default false.
 */
export function allChecks(isForOso = false): LoadChecks {
  // Both checks of names share a walk.
  const errors = errorChecks(checkNames(singletonVariable, unknownSpecializer))
  return {
    isForOso,
    statements: [...errors.statements, [ambiguousPrecedence]],
    blocks: [...errors.blocks, [circularRoles], ...(isForOso ? [] : [[misspeltRelation]])],
    policy: [
      ...errors.policy,
      [uncalledRule],
      [missingAllowRule],
      [missingHasPermission],
      [ungranted],
      [unreachableRule],
      [misspeltAction],
      [repeatedRule],
      [rowAsAction],
    ],
    rules: [
      ...errors.rules,
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
