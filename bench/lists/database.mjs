import { createHash } from 'node:crypto'
import pg from 'pg'

const tables = `
CREATE TABLE organizations (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, is_admin boolean NOT NULL);
CREATE TABLE memberships (
  user_id integer NOT NULL REFERENCES users, organization_id integer NOT NULL REFERENCES organizations, role text NOT NULL,
  PRIMARY KEY (user_id, organization_id)
);
CREATE TABLE documents (
  id integer PRIMARY KEY, title text NOT NULL,
  owner_id integer NOT NULL REFERENCES users, organization_id integer NOT NULL REFERENCES organizations
);
CREATE TABLE shares (
  document_id integer NOT NULL REFERENCES documents, user_id integer NOT NULL REFERENCES users, role text NOT NULL,
  PRIMARY KEY (document_id, user_id)
);`

const indexes = `
CREATE INDEX ON memberships (organization_id);
CREATE INDEX ON documents (owner_id);
CREATE INDEX ON documents (organization_id);
CREATE INDEX ON shares (user_id);
ANALYZE;`

/** Who the lists are for. The last users of the table are theirs alone: what they may see is said here and not drawn. */
export const people = {
  few: { id: -1, what: '2 organizations, 10 documents of their own, 20 shared with them' },
  many: { id: -2, what: '600 organizations and 5,000 documents shared with them' },
  none: { id: -3, what: 'nothing' },
  administrator: { id: -4, what: 'everything' },
}

/** Ordinary users are in up to four organizations, as members, guests (who may see nothing) and now and then as admins. */
const rows = ({ organizations, users, documents, shares }) => `
SELECT setseed(0.42);
INSERT INTO organizations SELECT id, 'Organization ' || id FROM generate_series(1, ${organizations}) AS id;
INSERT INTO users SELECT id, 'User ' || id, false FROM generate_series(1, ${users}) AS id;
INSERT INTO users VALUES (-1, 'few', false), (-2, 'many', false), (-3, 'none', false), (-4, 'administrator', true);
INSERT INTO memberships
  SELECT id, 1 + floor(random() * ${organizations})::int,
    CASE WHEN random() < 0.1 THEN 'admin' WHEN random() < 0.2 THEN 'guest' ELSE 'member' END
  FROM generate_series(1, ${users}) AS id, generate_series(1, 1 + id % 4) ON CONFLICT DO NOTHING;
INSERT INTO memberships SELECT -1, id, CASE id WHEN 7 THEN 'admin' ELSE 'member' END FROM unnest(ARRAY[7, 77]) AS id;
INSERT INTO memberships
  SELECT -2, id * ${organizations} / 600, CASE WHEN id % 10 = 0 THEN 'guest' ELSE 'member' END FROM generate_series(1, 600) AS id;
INSERT INTO documents
  SELECT id, 'Document ' || id, 1 + floor(random() * ${users})::int, 1 + floor(random() * ${organizations})::int
  FROM generate_series(1, ${documents}) AS id;
UPDATE documents SET owner_id = -1 WHERE id % (${documents} / 10) = 0;
INSERT INTO shares
  SELECT 1 + floor(random() * ${documents})::int, 1 + floor(random() * ${users})::int,
    CASE WHEN random() < 0.3 THEN 'editor' ELSE 'reader' END
  FROM generate_series(1, ${shares}) ON CONFLICT DO NOTHING;
INSERT INTO shares SELECT id * (${documents} / 21), -1, 'reader' FROM generate_series(1, 20) AS id;
INSERT INTO shares SELECT id * (${documents} / 5001), -2, 'reader' FROM generate_series(1, 5000) AS id;`

/**
 * Opens the database of the benchmark, and fills it where a run of the same size has not done so before.
 * @param {{ organizations: number, users: number, documents: number, shares: number }} size
 * @returns {Promise<string>} its URL
 */
export function openDatabase(size) {
  return openFilled(`${tables}${rows(size)}${indexes}`)
}

/**
 * Opens the database that statements have filled in this run or an earlier one.
 * @param {string} filling
 * @returns {Promise<string>} its URL
 */
export async function openFilled(filling) {
  const server = new URL(process.env.PG_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres')
  const name = `arcturus_bench_${createHash('sha256').update(filling).digest('hex').slice(0, 12)}`
  const own = new URL(server)
  own.pathname = `/${name}`
  const { rows: known } = await query(server.href, 'SELECT 1 FROM pg_database WHERE datname = $1', [name])
  if (known.length === 0) {
    const unfinished = `${name}_unfinished`
    await query(server.href, `DROP DATABASE IF EXISTS ${unfinished}`)
    await query(server.href, `CREATE DATABASE ${unfinished} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'`)
    const filled = new URL(server)
    filled.pathname = `/${unfinished}`
    await query(filled.href, filling)
    await query(filled.href, 'VACUUM')
    await query(server.href, `ALTER DATABASE ${unfinished} RENAME TO ${name}`)
  }
  return own.href
}

async function query(connectionString, sql, values) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await client.query(sql, values)
  } finally {
    await client.end()
  }
}
