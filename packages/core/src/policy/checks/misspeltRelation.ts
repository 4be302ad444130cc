import type { BlockContext, Check } from './check.js'
import { usesIn } from './reportUndeclared.js'
import { nearest } from './suggestion.js'

/**
 * A relation whose name is no field of the model is likely misspelt if a field that leads to the same class has nearly the
 * same name. A plural, as of a list, is another name.
 */
export const misspeltRelation: Check<BlockContext> = ({ blocks, schema, warning }) => ({
  end: () => {
    for (const [cls, { declared }] of blocks) {
      const fields = schema.typeNamed(cls)?.fields
      if (!fields) continue
      for (const { kind, name, to, span } of declared.values()) {
        if (kind !== 'relation' || fields.has(name) || !usesIn(blocks).get(cls)?.has(name)) continue
        const alike = [...fields.values()].filter(
          (one) => one.kind === 'relation' && one.model === to?.name && !one.many,
        )
        const meant = nearest(
          name,
          alike.map((one) => one.name).filter((one) => !declared.has(one) && one !== `${name}s` && name !== `${one}s`),
        )
        if (meant === undefined) continue
        const message = `${cls} declares the relation "${name}", but its field is "${meant}".`
        warning('unknown-relation', message, span, { hint: `did you mean "${meant}"?`, data: { name, class: cls } })
      }
    }
  },
})
