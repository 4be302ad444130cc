import { ArcturusError, type Authorizer, PolicyError } from '@arcturus/core'
import { type ExplanationNode, explain } from '@arcturus/explain'
import { expect, test } from 'vitest'
import { actorOf, check, Prepared } from './evaluators.js'
import { callsItself, type Goal, hasCut, printPolicy } from './policyTree.js'
import { Random } from './random.js'
import { randomCase } from './randomCase.js'
import { descendantsOf } from './world.js'

const cases = Number(process.env['FUZZ_DECISIONS'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 80 : 15))
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_129)

test(`decisions of ${cases} random cases of seed ${seed} name the rules that explanations prove them by`, () => {
  let [questions, proofs, unknown] = [0, 0, 0]
  for (let index = 0; index < cases; index++) {
    const { asked } = randomCase(seed, index, false)
    const prepared = new Prepared(asked)
    try {
      void prepared.predicates
    } catch (error) {
      if (error instanceof PolicyError) continue
      throw error
    }
    const { predicates: authorizer, objects } = prepared
    let rules: readonly string[] | undefined
    authorizer.onDecision(
      (decision) => {
        rules = decision.rules?.map(({ line }) => String(line))
      },
      { required: true },
    )
    const family = descendantsOf(asked.world, asked.model)
    const rows = asked.world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
    for (const actor of asked.actors) {
      for (const action of asked.actions) {
        for (const row of Random.ofCase(seed ^ 0xd1, index).sample(rows, 4)) {
          const question = [actorOf(prepared, actor), action, objects.rows[row]] as const
          const outcome = check(authorizer, ...question)
          const { tree } = explain(authorizer, ...question)
          questions++
          if (outcome !== 'true') expect(rules).toEqual([])
          else if (rules === undefined) {
            unknown++
            expect(tree.kind).toBe('machine')
          } else {
            proofs++
            const where = `${printPolicy(asked.policy)}\n${actor} ${action} ${row}, case ${index}`
            expect(new Set(rules), where).toEqual(proofOf(tree))
          }
        }
      }
    }
  }
  console.log(`${questions} questions, ${proofs} proofs, ${unknown} by the machine alone`)
  expect(proofs).toBeGreaterThan(cases)
  expect(unknown).toBeLessThan(proofs)
})

test(`filters of ${cases} random cases of seed ${seed} select the same rows by the rules that they name alone`, () => {
  let [filters, omitted] = [0, 0]
  for (let index = 0; index < cases; index++) {
    const { asked } = randomCase(seed, index, false)
    const { policy, world, model } = asked
    // Rules of negations and of calls that call themselves are not named.
    const isNamed = !hasCut(policy) && !callsItself(policy) && policy.blocks.length === 0
    if (!isNamed || /\b(?:not|forall)\b/.test(printPolicy(policy))) continue
    const prepared = new Prepared(asked)
    let rules: readonly number[] | undefined
    try {
      prepared.predicates.onDecision(
        (decision) => {
          rules = decision.rules?.map(({ line }) => line)
        },
        { required: true },
      )
    } catch (error) {
      if (error instanceof PolicyError) continue
      throw error
    }
    const { predicates: authorizer, objects } = prepared
    const family = descendantsOf(world, model)
    const rows = objects.rows.filter((_, at) => family.includes(world.rows[at]!.model))
    for (const actor of asked.actors) {
      for (const action of asked.actions) {
        const user = actorOf(prepared, actor)
        rules = undefined
        try {
          authorizer.filter(user, action, model)
        } catch (error) {
          if (error instanceof ArcturusError) continue
          throw error
        }
        if (rules === undefined) continue
        filters++
        const named: readonly number[] = rules
        const never: Goal = { kind: 'or', of: [] }
        const fewer = policy.rules.map((rule, at) => (named.includes(at + 1) ? rule : { ...rule, body: never }))
        omitted += fewer.filter((rule, at) => rule !== policy.rules[at]).length
        const reduced = new Prepared({ ...asked, policy: { blocks: [], rules: fewer } })
        const reducedRows = reduced.objects.rows.filter((_, at) => family.includes(world.rows[at]!.model))
        const reducedUser = actorOf(reduced, actor)
        for (const [at, row] of rows.entries()) {
          const isAllowed = check(authorizer, user, action, row) === 'true'
          const where = `${printPolicy(policy)}\n${actor} ${action} ${at}, case ${index}: lines ${named.join()}`
          expect(check(reduced.predicates, reducedUser, action, reducedRows[at]) === 'true', where).toBe(isAllowed)
        }
      }
    }
  }
  console.log(`${filters} filters, ${omitted} rules that they do not rest on`)
  expect(filters).toBeGreaterThan(cases / 4)
  expect(omitted).toBeGreaterThan(cases / 10)
})

test(`lists of actions of ${cases} random cases of seed ${seed} are the machine's, and name the rules that prove them`, async () => {
  let [lists, proofs] = [0, 0]
  for (let index = 0; index < cases; index++) {
    const { asked } = randomCase(seed, index, false)
    const prepared = new Prepared(asked)
    let rules: readonly string[] | undefined
    try {
      prepared.predicates.onDecision(
        (decision) => {
          rules = decision.rules?.map(({ line }) => String(line))
        },
        { required: true },
      )
    } catch (error) {
      if (error instanceof PolicyError) continue
      throw error
    }
    const { predicates: authorizer, objects } = prepared
    const family = descendantsOf(asked.world, asked.model)
    const rows = asked.world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
    for (const actor of asked.actors) {
      for (const row of Random.ofCase(seed ^ 0xac, index).sample(rows, 4)) {
        const [user, object] = [actorOf(prepared, actor), objects.rows[row]!]
        const listed = async (by: Authorizer) => {
          try {
            return (await by.authorizedActionsMany(user, [object, object]))[1]
          } catch (error) {
            if (error instanceof ArcturusError) return error.code
            throw error
          }
        }
        const where = `${printPolicy(asked.policy)}\n${actor} ${row}, case ${index}`
        const actions = await listed(authorizer)
        expect(actions, where).toEqual(await listed(prepared.machine))
        expect(await listed(prepared.source), where).toEqual(actions)
        if (!(actions instanceof Set)) continue
        lists++
        if (rules === undefined) continue
        const named = new Set(rules)
        const trees = [...actions].map((action) => explain(authorizer, user, action, object).tree)
        expect(named, where).toEqual(new Set(trees.flatMap((tree) => [...proofOf(tree)])))
        if (actions.size > 0) proofs++
      }
    }
  }
  console.log(`${lists} lists of actions, ${proofs} with proofs`)
  expect(proofs).toBeGreaterThan(cases)
})

/** Returns the lines of the rules that an explanation marks true, outside of negations. */
function proofOf({ kind, outcome, rules = [], of }: ExplanationNode): ReadonlySet<string> {
  if (outcome !== 'true' || kind === 'not') return new Set()
  const lines = rules.map(({ place }) => String(place.line))
  return new Set([...lines, ...of.flatMap((node) => [...proofOf(node)])])
}
