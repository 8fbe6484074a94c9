/**
 * What a SCIM attribute is: the characteristics of RFC 7643 section 2.2 and section 7, and where its value is kept.
 * One table per resource (`user-attributes`, `group-attributes`) is the only description of what is supported;
 * filters, projection and discovery are made from it, so another attribute is another entry and nothing else.
 */
export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

export type ResourceName = 'User' | 'Group';

export type AttributeType = 'string' | 'boolean' | 'dateTime' | 'reference' | 'binary' | 'complex';

/**
 * Where a value is kept. Columns are qualified by the aliases every query uses: `u` users, `g` groups, and inside a
 * list of memberships `m` memberships, `mg` the group of one.
 */
export type Storage =
  /** A column; `key` is its folded twin (kernel/fold) with the unique index. */
  | { in: 'column'; column: string; key?: string }
  /** A uuid column: what is no id is compared with nothing. */
  | { in: 'id'; column: string }
  /** The same for everyone: every stored address is of type "work". */
  | { in: 'constant'; value: string | boolean }
  /** A value or a list inside a jsonb column. Where a list is absent, `standIn` is its only element. */
  | { in: 'document'; column: string; path: readonly string[]; standIn?: StandIn }
  /** A member of one element of such a list; `keys` says that `user_email_keys` finds it by index. */
  | { in: 'element'; name: string; keys?: true }
  /** A list of one, kept in columns of the row; the list is empty when `column` is null. */
  | { in: 'row'; column: string }
  /** A list made of membership rows. */
  | { in: 'members' | 'groups' }
  /** The URNs of the schemas the resource has values of. */
  | { in: 'schemas' }
  /** A complex attribute that is nothing but its sub-attributes. */
  | { in: 'parts' }
  /** The URI of a resource: the base URL of whoever asks, its endpoint and its id. */
  | { in: 'address'; endpoint: '/Users' | '/Groups'; column: string }
  /** The ETag of a version. */
  | { in: 'version'; column: string }
  /** How the person of a membership is called. */
  | { in: 'person' }
  /** Only a server that keeps it would have it (`manager.displayName`): there is never a value. */
  | { in: 'nowhere' };

/** An element that says what a column holds: `{value: <the column>, type: 'work', primary: true}`. */
export interface StandIn {
  readonly column: string;
  readonly beside: Readonly<Record<string, string | boolean>>;
}

export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly description: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
  /** Other spellings that clients are known to use in filters. */
  readonly aliases?: readonly string[];
  readonly storage: Storage;
}

export interface Schema {
  /** The schema's URN. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

export interface ResourceTable {
  readonly name: ResourceName;
  readonly endpoint: '/Users' | '/Groups';
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[];
  /** `id` and `meta`: part of every resource and of no schema (RFC 7643 section 3.1), so not listed in /Schemas. */
  readonly common: readonly Attribute[];
}

type Entry = Pick<Attribute, 'name' | 'description' | 'storage'> & Partial<Attribute>;

/** An attribute with the defaults of RFC 7643 section 2.2: a single, optional, case-insensitive string. */
export const attribute = (entry: Entry): Attribute => ({
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...entry,
});

/** As `attribute`, for what only the server decides. */
export const readOnly = (entry: Entry): Attribute => attribute({ mutability: 'readOnly', ...entry });

/** `id` and `meta` of a resource whose rows have the alias `row` (RFC 7643 section 3.1). */
export const commonAttributes = (resource: ResourceName, row: 'u' | 'g'): readonly Attribute[] => [
  readOnly({
    name: 'id',
    description: 'The identifier this server gave the resource. It never changes and is never used again.',
    required: true,
    caseExact: true,
    returned: 'always',
    uniqueness: 'server',
    storage: { in: 'id', column: `${row}.id` },
  }),
  readOnly({
    name: 'meta',
    description: 'What the server knows about the resource itself.',
    type: 'complex',
    storage: { in: 'parts' },
    subAttributes: [
      readOnly({
        name: 'resourceType',
        description: 'The name of the resource type.',
        caseExact: true,
        storage: { in: 'constant', value: resource },
      }),
      readOnly({
        name: 'created',
        description: 'When the resource was added here.',
        type: 'dateTime',
        storage: { in: 'column', column: `${row}.created_at` },
      }),
      readOnly({
        name: 'lastModified',
        description: 'When the resource last changed here.',
        type: 'dateTime',
        storage: { in: 'column', column: `${row}.updated_at` },
      }),
      readOnly({
        name: 'location',
        description: 'The URI of the resource.',
        type: 'reference',
        caseExact: true,
        referenceTypes: [resource],
        storage: { in: 'address', endpoint: `/${resource}s`, column: `${row}.id` },
      }),
      readOnly({
        name: 'version',
        description: 'The ETag of the resource.',
        caseExact: true,
        storage: { in: 'version', column: `${row}.version` },
      }),
    ],
  }),
];
