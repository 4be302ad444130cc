import pg from 'pg'

/** Explains statements on one connection. */
export async function planner(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    /** What PostgreSQL would do: its estimated cost, and the steps as a text that can be compared. */
    async explain(statements) {
      let cost = 0
      const steps = []
      for (const { sql, values } of statements) {
        const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${sql}`, values)
        const { Plan } = rows[0]['QUERY PLAN'][0]
        cost += Plan['Total Cost']
        steps.push(shapeOf(Plan))
      }
      return { cost, shape: steps.join('; ') }
    },
    close: () => client.end(),
  }
}

function shapeOf(plan) {
  const on = plan['Index Name'] ?? plan['Relation Name']
  const below = (plan.Plans ?? []).map(shapeOf)
  return `${plan['Node Type']}${on ? ` ${on}` : ''}${below.length > 0 ? ` (${below.join(', ')})` : ''}`
}

/** Whether a plan does the same as another one, or is thought to cost no more. */
export function isNoWorse(plan, other) {
  return plan.shape === other.shape || plan.cost <= other.cost * 1.01
}
