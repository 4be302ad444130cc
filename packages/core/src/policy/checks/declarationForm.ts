import type { Check } from './check.js'

/** Roles and permissions must be lists of strings, relations a dictionary of classes. */
export const declarationForm: Check = (context) => ({
  declaration: ({ name: { name }, value }) => {
    if (name === 'relations' && value.kind === 'names') {
      context.error('declaration-form', '`relations` must be a dictionary of classes, not a list.', value.span, {
        hint: 'write relations = { name: Class };',
        data: { name, form: value.kind },
      })
    }
    if ((name === 'roles' || name === 'permissions') && value.kind === 'relations') {
      context.error('declaration-form', `\`${name}\` must be a list of strings, not a dictionary.`, value.span, {
        hint: `write ${name} = ["name"];`,
        data: { name, form: value.kind },
      })
    }
  },
})
