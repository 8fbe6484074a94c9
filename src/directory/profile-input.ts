import { z } from 'zod';
import { isStorableText } from '../kernel/fold.js';
import type { Attribute, AttributeType, ResourceTable } from './attributes.js';
import { RFC_USER } from './rfc-user-attributes.js';
import type { UserProfile } from './shapes.js';

/** Values one list of a person may hold: comparing and settling them is quadratic. */
export const MAX_VALUES = 100;

/** UTF-16 units of one value: postal labels, URLs with queries, and certificates of long keys with room to spare. */
const MAX_LENGTH: Readonly<Record<Exclude<AttributeType, 'complex' | 'boolean'>, number>> = {
  string: 1_024,
  dateTime: 64,
  reference: 2_048,
  binary: 32_768,
};

/** Characters of the whole profile as JSON: what a page of a thousand people may cost in memory depends on it. */
const MAX_PROFILE_LENGTH = 131_072;

const BASE64 = /^[A-Za-z0-9+/_=\s-]*$/;

function simple({ type }: Attribute): z.ZodType {
  if (type === 'boolean') return z.boolean();
  if (type === 'complex') throw new Error('A complex attribute is not simple.');
  const text = z
    .string()
    .min(1)
    .max(MAX_LENGTH[type])
    .refine(isStorableText, 'must not contain NUL or broken Unicode');
  return type === 'binary' ? text.regex(BASE64, 'must be Base64') : text;
}

const isFilled = (value: object): boolean => Object.keys(value).length > 0;

/** An object of the attributes that are kept in the document; any other name is refused. */
function objectOf(attributes: readonly Attribute[]): z.ZodObject {
  const shape = attributes.filter(isKept).map((one) => [one.name, schemaOf(one).optional()]);
  return z.strictObject(Object.fromEntries(shape));
}

function schemaOf(attribute: Attribute): z.ZodType {
  const { type, subAttributes = [], multiValued } = attribute;
  if (type !== 'complex') return simple(attribute);
  const object = objectOf(subAttributes).refine(isFilled, 'must not be empty; leave it out');
  if (!multiValued) return object;
  const onePrimary = (list: { primary?: unknown }[]) => list.filter((one) => one.primary === true).length < 2;
  return z
    .array(object)
    .min(1)
    .max(MAX_VALUES)
    .refine(onePrimary, 'must not hold more than one primary value');
}

const isKept = ({ storage, subAttributes }: Attribute): boolean =>
  storage.in === 'document' ||
  storage.in === 'element' ||
  (storage.in === 'parts' && (subAttributes ?? []).some(isKept));

function profileOf(table: ResourceTable): z.ZodType<UserProfile, UserProfile> {
  const core = objectOf(table.schema.attributes);
  const extensions = table.extensions.map(({ schema }) => [
    schema.id,
    objectOf(schema.attributes).refine(isFilled, 'must not be empty; leave it out').optional(),
  ]);
  return core
    .extend(Object.fromEntries(extensions))
    .refine(
      (profile) => JSON.stringify(profile).length <= MAX_PROFILE_LENGTH,
      `must be at most ${MAX_PROFILE_LENGTH} characters long as JSON`,
    );
}

/** A person's profile as it is stored: SCIM's names and shapes, values of the right type, nothing empty. */
export const profileSchema = profileOf(RFC_USER);
