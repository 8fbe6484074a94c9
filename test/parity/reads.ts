import { group, ordinary, ordinaryGroup, provisioned, type Twin } from './twins.js';

/** One of the two reading rows of the table: a list with filters, and one of them by id. */
export interface Reading {
  resource: 'Users' | 'Groups';
  list: string;
  one: string;
  given: (twin: Twin) => Promise<void>;
  /** What the connection manages, in the order of creation. */
  seen: readonly string[];
  /** Something else of the organization: the product sees it and SCIM does not (B11, B24). */
  unseen: string;
  /** A filter of B12 or B25, `<name>` standing for an id, and whom it finds. */
  filters: readonly [filter: string, names: readonly string[]][];
  /** Well-formed, and beyond the standard profile (B12). */
  unsupported: { filter: string; names: readonly string[] };
  /** How the two pictures of one thing are compared. */
  same: {
    selection: string;
    // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
    ofScim: (resource: any) => unknown;
    // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
    ofGraphql: (node: any) => unknown;
  };
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Ada, Bob and Cy are provisioned and Ada and Bob in Sales; Dee is an ordinary person, in the ordinary Circle. */
async function given(twin: Twin): Promise<void> {
  for (const name of ['ada', 'bob']) await provisioned(twin, name);
  await provisioned(twin, 'cy', { active: false, title: null, givenName: null, employeeNumber: null });
  await ordinary(twin, 'dee');
  await group(twin, 'Sales', ['ada', 'bob']);
  await group(twin, 'Support', ['bob']);
  await group(twin, 'Empty');
  await ordinaryGroup(twin, 'Circle', ['dee']);
}

const versionOf = (tag: string): number => Number(/^W\/"(\d+)"$/.exec(tag)?.[1]);

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
const common = ({ id, externalId, meta }: any) => ({
  id,
  externalId: externalId ?? null,
  version: versionOf(meta.version),
  createdAt: meta.created,
  updatedAt: meta.lastModified,
});

interface Listed {
  value: string;
  display: string;
}
const listed = (values: Listed[]) => values.map(({ value, display }) => ({ value, display }));

interface Edges<Node> {
  edges: { node: Node & { id: string } }[];
}

export const READS: readonly Reading[] = [
  {
    resource: 'Users',
    list: 'users',
    one: 'user',
    given,
    seen: ['ada', 'bob', 'cy'],
    unseen: 'dee',
    filters: [
      ['userName eq "ADA@people.example"', ['ada']],
      ['externalId eq "x-bob"', ['bob']],
      ['emails[type eq "work"].value eq "cy@people.example"', ['cy']],
      ['emails.value eq "Ada@People.example" and externalId eq "x-ada"', ['ada']],
      ['id eq "<bob>"', ['bob']],
      ['userName eq "nobody"', []],
    ],
    unsupported: { filter: 'title sw "eng" and not (userName co "bob")', names: ['ada'] },
    same: {
      selection: `{ id externalId version createdAt updatedAt userName email active givenName familyName title employeeNumber
        scimConnection { provider } groups(first: 50) { edges { node { id displayName } } } }`,
      ofScim: (user) => ({
        ...common(user),
        userName: user.userName,
        email: user.emails[0].value,
        active: user.active,
        givenName: user.name.givenName ?? null,
        familyName: user.name.familyName ?? null,
        title: user.title ?? null,
        employeeNumber: user[ENTERPRISE]?.employeeNumber ?? null,
        groups: listed(user.groups),
        scimConnection: { provider: 'CUSTOM' },
      }),
      ofGraphql: ({ groups, ...user }: { groups: Edges<{ displayName: string }> }) => ({
        ...user,
        groups: groups.edges.map(({ node }) => ({ value: node.id, display: node.displayName })),
      }),
    },
  },
  {
    resource: 'Groups',
    list: 'groups',
    one: 'group',
    given,
    seen: ['Sales', 'Support', 'Empty'],
    unseen: 'Circle',
    filters: [
      ['displayName eq "SALES"', ['Sales']],
      ['id eq "<Empty>"', ['Empty']],
      ['members.value eq "<bob>"', ['Sales', 'Support']],
      ['members eq "<ada>" and displayName eq "Sales"', ['Sales']],
      ['displayName eq "nothing"', []],
    ],
    unsupported: { filter: 'displayName sw "s" and not (displayName ew "port")', names: ['Sales'] },
    same: {
      selection: `{ id externalId version createdAt updatedAt displayName
        scimConnection { provider } members(first: 50) { edges { node { id givenName familyName } } } }`,
      ofScim: (group) => ({
        ...common(group),
        displayName: group.displayName,
        members: listed(group.members),
        scimConnection: { provider: 'CUSTOM' },
      }),
      ofGraphql: ({ members, ...group }: { members: Edges<{ givenName: string; familyName: string }> }) => ({
        ...group,
        members: members.edges.map(({ node }) => ({
          value: node.id,
          display: `${node.givenName} ${node.familyName}`,
        })),
      }),
    },
  },
];
