import { Register } from './history.js';
import type { FaultOrganization } from './organizations.js';

/** Somebody whom exactly one client writes, so that what it heard says what must be stored. */
export interface Person {
  organization: FaultOrganization;
  name: string;
  id: string | undefined;
  exists: Register<boolean>;
  /** Written into three attributes by one PATCH, larger each time: half of it, or an older one, is never seen (I9, I12). */
  marker: Register<number>;
  issued: number;
  /** The newest marker that anybody has seen or been promised. */
  floor: number;
  active: Register<boolean>;
  group: string;
  member: Register<boolean>;
  license: Register<boolean>;
}

export const newPerson = (organization: FaultOrganization, name: string, group: string): Person => ({
  organization,
  name,
  id: undefined,
  exists: new Register(false),
  marker: new Register(0),
  issued: 0,
  floor: 0,
  active: new Register(true),
  group,
  member: new Register(false),
  license: new Register(false),
});

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export const marked = (marker: number): string => `n${marker}`;

export const userBody = ({ name }: Person) => ({
  schemas: [CORE],
  userName: `${name}@people.example`,
  externalId: `x-${name}`,
  title: marked(0),
  name: { givenName: marked(0), familyName: marked(0) },
  emails: [{ value: `${name}@people.example`, type: 'work', primary: true }],
  active: true,
});

export const patchBody = (...Operations: Record<string, unknown>[]) => ({ schemas: [PATCH_OP], Operations });

export const markerBody = (marker: number) =>
  patchBody(
    ...['title', 'name.givenName', 'name.familyName'].map((path) => ({
      op: 'replace',
      path,
      value: marked(marker),
    })),
  );

/** The marker of a person as SCIM shows them, and whether all three attributes agree. */
export function markerOf(resource: { title: string; name: { givenName: string; familyName: string } }): {
  marker: number;
  isWhole: boolean;
} {
  const values = new Set([resource.title, resource.name.givenName, resource.name.familyName]);
  return { marker: Number(resource.title?.slice(1)), isWhole: values.size === 1 };
}
