/** A value somebody types into the provider's form. Of the last three only the place is shown, never a secret. */
export type FieldValue = 'baseUrl' | 'slug' | 'clientId' | 'clientSecret' | 'token';

/** One thing to do at the provider. `{baseUrl}` and `{slug}` in the text are the organization's. */
export interface StepText {
  readonly title: string;
  readonly text: string;
  /** The provider's name of a field, and what belongs into it. */
  readonly fields?: readonly (readonly [label: string, value: FieldValue])[];
}

/** The instructions for one provider in one language (B2). */
export interface SetupText {
  readonly steps: readonly StepText[];
  /** What to try afterwards, and what should happen. */
  readonly tests: readonly string[];
}
