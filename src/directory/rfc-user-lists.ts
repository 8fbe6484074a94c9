import { type Attribute, attribute, ENTERPRISE_USER } from './attributes.js';

/** The jsonb column that keeps what has no column of its own. */
const COLUMN = 'u.attributes';

/** A single value kept in the document; `of` is the complex attribute it belongs to. */
export const kept = (entry: Omit<Parameters<typeof attribute>[0], 'storage'>, of: readonly string[] = []) =>
  attribute({ ...entry, storage: { in: 'document', column: COLUMN, path: [...of, entry.name] } });

/** As `kept`, for the enterprise extension. */
export const keptByEnterprise = (entry: Parameters<typeof kept>[0], of: readonly string[] = []) =>
  kept(entry, [ENTERPRISE_USER, ...of]);

const part = (entry: Omit<Parameters<typeof attribute>[0], 'storage'>): Attribute =>
  attribute({ ...entry, storage: { in: 'element', name: entry.name } });

/** The sub-attributes that most lists have beside `value` (RFC 7643 section 2.4). */
const beside = (types?: readonly string[]): readonly Attribute[] => [
  part({ name: 'display', description: 'A name to show for the value.' }),
  part({ name: 'type', description: 'What the value is for.', ...(types && { canonicalValues: types }) }),
  part({
    name: 'primary',
    description: 'Whether this is the preferred one. At most one is: setting it resets the one before.',
    type: 'boolean',
  }),
];

interface List {
  name: string;
  description: string;
  value?: Attribute;
  types?: readonly string[];
}

const list = ({ name, description, value, types }: List): Attribute =>
  attribute({
    name,
    description,
    type: 'complex',
    multiValued: true,
    storage: { in: 'document', column: COLUMN, path: [name] },
    subAttributes: [value ?? part({ name: 'value', description: 'The value.' }), ...beside(types)],
  });

/**
 * All addresses are kept as they were sent. The one the product writes to has a column, and where that is all there is
 * to say no list is stored: then the column stands in.
 */
const emails: Attribute = {
  ...list({ name: 'emails', description: 'E-mail addresses.' }),
  storage: {
    in: 'document',
    column: COLUMN,
    path: ['emails'],
    standIn: { column: 'u.email', beside: { type: 'work', primary: true } },
  },
  subAttributes: [
    attribute({
      name: 'value',
      description: 'The address, kept as it was sent.',
      storage: { in: 'element', name: 'value', keys: true },
    }),
    ...beside(['work', 'home', 'other']),
  ],
};

const addresses: Attribute = {
  ...list({ name: 'addresses', description: 'Postal addresses.' }),
  subAttributes: [
    part({ name: 'formatted', description: 'The whole address for a label; it may contain line breaks.' }),
    part({ name: 'streetAddress', description: 'Street, house number, post-office box.' }),
    part({ name: 'locality', description: 'The city or locality.' }),
    part({ name: 'region', description: 'The state or region.' }),
    part({ name: 'postalCode', description: 'The postal code.' }),
    part({ name: 'country', description: 'The country as a two-letter code of ISO 3166-1.' }),
    part({
      name: 'type',
      description: 'What the address is for.',
      canonicalValues: ['work', 'home', 'other'],
    }),
    part({
      name: 'primary',
      description: 'Whether this is the preferred address. At most one is.',
      type: 'boolean',
    }),
  ],
};

/** The multi-valued attributes of RFC 7643 section 4.1.2, without the derived `groups`. */
export const USER_LISTS: readonly Attribute[] = [
  emails,
  list({
    name: 'phoneNumbers',
    description: 'Telephone numbers.',
    types: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
  }),
  list({
    name: 'ims',
    description: 'Instant messaging addresses.',
    types: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
  }),
  list({
    name: 'photos',
    description: 'Addresses of photographs of the person.',
    types: ['photo', 'thumbnail'],
    value: part({
      name: 'value',
      description: 'The URL of the image.',
      type: 'reference',
      caseExact: true,
      referenceTypes: ['external'],
    }),
  }),
  addresses,
  list({ name: 'entitlements', description: 'Things the person is entitled to. Kept, not interpreted.' }),
  list({
    name: 'roles',
    description: 'Roles at the client. Kept, not interpreted: they give no rights here.',
  }),
  list({
    name: 'x509Certificates',
    description: 'Certificates issued to the person.',
    value: part({
      name: 'value',
      description: 'One DER-encoded certificate in Base64.',
      type: 'binary',
      caseExact: true,
    }),
  }),
];
