import { builtinClasses, type Field, Schema, withBuiltIns } from '@arcturus/core/internal/oso'

/**
 * The registered classes and constants. Objects are recognized by their classes alone. As in oso, a
 * field need not be declared: any other name is a column of an unknown type.
 */
export class HostSchema extends Schema {
  constructor() {
    super(false)
    withBuiltIns(this)
  }

  /** Whether a class, or one that it extends, was registered with a field. */
  declares(model: string, name: string): boolean {
    return super.field(model, name) !== undefined
  }

  override failsWithoutRow(field: Field): boolean {
    return field.kind === 'relation' && !field.many
  }

  override field(model: string, name: string): Field | undefined {
    const declared = super.field(model, name)
    if (declared || !this.models.has(model) || builtinClasses.has(model)) return declared
    return { kind: 'scalar', name, type: 'unknown', nullable: true, list: false }
  }
}
