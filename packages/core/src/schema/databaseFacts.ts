import { type ArgumentError, invalidArgument } from '../errors.js'

/**
 * Facts about a database that replace the promises of the ORM's schema: the result of
 * `verifyDatabase`, or a declaration by the application. Facts that are left out are as in the
 * schema.
 */
export interface DatabaseFacts {
  /**
   * Whether the database ensures that references lead to existing rows: for all references, or by
   * model and relation.
   * For example, `{ 'Document.folder': false }`. A reference that is not ensured is nil if its row
   * is gone, so filters look up the row.
   */
  readonly references?: boolean | Readonly<Record<string, boolean>> | undefined
}

/**
 * Returns a function that returns the declaration of a reference, or undefined if there is none.
 * @param isReference - Whether a model has a relation by which its own rows refer to others.
 * @throws ArgumentError for an invalid declaration, and for a name that is not that of a reference.
 */
export function declaredReferences(
  facts: DatabaseFacts | undefined,
  isReference: (model: string, relation: string) => boolean,
): (model: string, relation: string) => boolean | undefined {
  const references: unknown = facts?.references
  if (references === undefined || typeof references === 'boolean') return () => references
  if (typeof references !== 'object' || references === null)
    throw invalid('`references` must be a boolean or an object.', { references })
  const declared = new Map<string, unknown>(Object.entries(references))
  for (const [name, kept] of declared) {
    if (typeof kept !== 'boolean') throw invalid(`\`references\` must have a boolean for "${name}".`, { [name]: kept })
    // An embedded model has a dot in its name.
    const at = name.lastIndexOf('.')
    if (!isReference(name.slice(0, Math.max(at, 0)), name.slice(at + 1)))
      throw invalid(`\`references\` names "${name}", which is not a reference.`, { name })
  }
  // Sound: each value was checked to be a boolean.
  return (model, relation) => declared.get(`${model}.${relation}`) as boolean | undefined
}

function invalid(summary: string, data: Readonly<Record<string, unknown>>): ArgumentError {
  return invalidArgument(summary, {
    hint: "name the relation of the rows that refer to others: { references: { 'Document.folder': false } }",
    data,
  })
}
