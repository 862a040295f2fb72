/** The entry `troupe/components/form`: forms from schemas. */

export { type Check, type FieldPath, Form, type FormMessage, type FormOptions, form } from './form/form.js';
export type { FormValue, FormValues } from './form/paths.js';
export type { StandardSchema } from './form/standard-schema.js';
export type { FormRow, FormState } from './form/state.js';
