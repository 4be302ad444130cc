import { ArgumentError } from '../errors.js'

/**
 * What is known of a database, in the place of what the schema of its ORM promises: the result of `verifyDatabase`, or the
 * application's own word. What is left out is as the schema says.
 */
export interface DatabaseFacts {
  /**
   * Whether the database keeps references to rows that exist: all of them, or those that are named by their model and relation
   * (`{ 'Document.folder': false }`). A reference that is not kept is nil where its row is gone, so filters look for the row.
   */
  readonly references?: boolean | Readonly<Record<string, boolean>> | undefined
}

/**
 * Finds what is declared of a reference; undefined where nothing is.
 * @param isReference - Whether a model has a relation by which its own rows refer to others.
 * @throws ArgumentError for what is no declaration, and for the name of what is no reference.
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
  // Sound: each was found to be a boolean.
  return (model, relation) => declared.get(`${model}.${relation}`) as boolean | undefined
}

function invalid(summary: string, data: Readonly<Record<string, unknown>>): ArgumentError {
  return new ArgumentError('invalid-argument', summary, {
    hint: "name the relation of the rows that refer to others: { references: { 'Document.folder': false } }",
    data,
  })
}
