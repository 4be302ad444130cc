import pg from 'pg'

const visible = `organization_id = ANY($1) OR owner_id = $2
  OR EXISTS (SELECT FROM shares s WHERE s.document_id = d.id AND s.user_id = $2 AND s.role IN ('reader', 'editor'))`

/** The lists in SQL, as somebody writes them who uses no ORM. */
export async function rawLists(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const where = (user) => {
    if (user.isAdmin) return ['true', []]
    const organizations = user.memberships
      .filter(({ role }) => role === 'member' || role === 'admin')
      .map(({ organizationId }) => organizationId)
    return [visible, [organizations, user.id]]
  }
  return {
    async page(user) {
      const [condition, values] = where(user)
      const { rows } = await client.query(
        `SELECT * FROM documents d WHERE ${condition} ORDER BY id DESC LIMIT 50`,
        values,
      )
      return rows
    },
    async count(user) {
      const [condition, values] = where(user)
      const { rows } = await client.query(`SELECT count(*)::int AS count FROM documents d WHERE ${condition}`, values)
      return rows[0].count
    },
    close: () => client.end(),
  }
}
