import { describe, expect, test } from 'vitest'
import { actionNames, checkedAction } from './actions.js'
import { build } from './testing/problems.js'

/** Returns the actions of a policy, as `names`, then `?` if any other can be meant, `*` if a rule accepts any. */
function actionsOf(text: string): string {
  const { policy, diagnostics } = build(text)
  if (!policy) throw new Error(diagnostics[0]?.message)
  const { names, open, isWild } = actionNames(policy, [checkedAction], (name) => name === 'limit' || name === 'nil')
  return [[...names].sort().join(' '), open ? '?' : '', isWild ? '*' : ''].filter(Boolean).join(' ')
}

describe('the actions of a policy', () => {
  test.each([
    ['a head', 'allow(_, "read", _);', 'read'],
    ['a pattern of a head', 'allow(_, _: "read", _);', 'read'],
    ['`=` on either side', 'allow(_, a, _) if a = "read" or "edit" = a;', 'edit read'],
    ['`==` and `:=`', 'allow(_, a, _) if a == "read" or (b := "edit" and a = b);', 'edit read'],
    ['`in` a list', 'allow(_, a, _) if a in ["read", "edit"];', 'edit read'],
    ['a list in a variable', 'allow(_, a, _) if list = ["read", "edit"] and a in list;', 'edit read'],
    ['matches', 'allow(_, a, _) if a matches "read";', 'read'],
    ['another variable', 'allow(_, a, _) if b = a and b = "read";', 'read'],
    ['an element of a list in another variable', 'allow(_, a, _) if b in ["read"] and a = b;', 'read'],
    [
      'a rule that it is passed to',
      'allow(_, a, _) if may(1, a); may(_, "read"); may(2, b) if b = "edit";',
      'edit read',
    ],
    ['a rule that finds it', 'allow(_, a, _) if granted(b) and a = b; granted("read");', 'read'],
    ['a rule behind another', 'allow(u, a, _) if f(a, u); f(b, u) if g(u, b); g(_, "read");', 'read'],
    ['rules outside of not', 'allow(_, a, _) if a in ["read"] and not out(a) and not a in nil.b; out("sign");', 'read'],
    ['rules inside not, if any other action is allowed', 'allow(_, a, _) if not out(a); out("sign");', 'sign *'],
    ['recursion', 'allow(_, a, r) if f(a, r); f("read", 1); f(a, r) if f(a, r.parent);', 'read'],
    [
      'the permissions of a block',
      'actor Person {} resource Folder { permissions = ["read"]; roles = ["r"]; "read" if "r"; } has_role(_: Person, "r", _: Folder); allow(x, y, z) if not out(x) and has_permission(x, y, z); out(1);',
      'read',
    ],
  ])('are named by %s', (_, policy, found) => {
    expect(actionsOf(policy)).toBe(found)
  })

  test.each([
    ['`_`', 'allow(_, _, _) if true = true;', '*'],
    ['a variable without a use', 'allow(_, _action, _);', '*'],
    ['`not`', 'allow(_, a, _) if not f(a); f("read");', 'read *'],
    ['`!=`', 'allow(_, a, _) if a != "read";', 'read *'],
    ['a class of all texts', 'allow(_, _: String, _);', '*'],
    ['one of two rules', 'allow(_, a, _) if f(a); f("read"); f(_);', 'read *'],
    ['a rule whose caller names one', 'allow(_, a, _) if f(a) and a = "read"; f(_);', 'read'],
    ['a rule that calls name', 'allow(_, "look", _) if f("read"); allow(_, a, _) if f(a); f(_);', 'look read *'],
    ['print', 'allow(_, a, _) if print(a);', '*'],
  ])('are not open by %s', (_, policy, found) => {
    expect(actionsOf(policy)).toBe(found)
  })

  test.each([
    ['a list of a row', 'allow(u, a, _) if a in u.actions;'],
    ['a list of a found row', 'allow(u, a, _) if r in u.roles and a in r.permissions;'],
    ['a field', 'allow(u, a, _) if a = u.action;'],
    ['a field, by inequality', 'allow(u, a, _) if a != u.action;'],
    ['an element of a list', 'allow(u, a, _) if p in u.actions and p = a;'],
    ['a constant', 'allow(_, a, _) if a = limit;'],
    ['a constant list', 'allow(_, a, _) if a in limit;'],
    ['a method', 'allow(u, a, _) if u.may(a);'],
    ['a method of the action', 'allow(_, a, _) if a.startsWith("read");'],
    ['a list with it', 'allow(u, a, r) if [a, r.id] in u.grants;'],
    ['a pattern', 'allow(u, a, _) if u matches { action: a };'],
    ['an order', 'allow(_, a, _) if a < "m";'],
    ['another argument', 'allow(_, a, a);'],
    ['a list that is passed', 'allow(_, a, _) if f([a]); f([1]);'],
    ['a list that a rule finds', 'allow(_, a, _) if f(list) and a in list; f(["read"]);'],
  ])('are open if they are compared with %s', (_, policy) => {
    expect(actionsOf(policy)).toContain('?')
  })
})
