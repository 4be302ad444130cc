export { describeSchema, type SchemaDescription } from '@arcturus/core/internal/language-service'
export { RenameError } from './navigation.js'
export { tokenModifiers, tokenTypes } from './semanticTokens.js'
export { LanguageService } from './service.js'
