import { pushUser } from '../support/people.js';
import type { TestOrganization } from '../support/product.js';

/** Somebody who was pushed, with the name that all their values are made of. */
export interface Person {
  id: string;
  name: string;
}

let pairs = 0;

/** Pushes two people whom no other test knows. */
export async function pushTwo(organization: TestOrganization): Promise<[Person, Person]> {
  pairs += 1;
  const [one, other] = [`a${pairs}`, `b${pairs}`];
  return [
    { id: await pushUser(organization, one), name: one },
    { id: await pushUser(organization, other), name: other },
  ];
}
