import { inTurn, ratio } from './measure.mjs';

/** Looking one person up by each attribute, among few and among many. */
export async function measureFilters({ must }, { big, little, large: LARGE, small: SMALL, rounds: ROUNDS }) {
  const filters = (organization) => {
    const n = () => 1 + Math.floor(Math.random() * organization.people.length);
    return {
      userName: () => `userName eq "p${n()}@s.example"`,
      externalId: () => `externalId eq "x-p${n()}"`,
      'e-mail': () => `emails[type eq "work"].value eq "p${n()}@s.example"`,
      'userName and active': () => `userName eq "p${n()}@s.example" and active eq true`,
      'externalId and active': () => `externalId eq "x-p${n()}" and active eq true`,
      'e-mail and active': () => `emails.value eq "p${n()}@s.example" and active eq true`,
    };
  };
  const look = (organization, name) => async () => {
    const filter = encodeURIComponent(filters(organization)[name]());
    const answer = await must(organization.token, 'GET', `/Users?filter=${filter}`);
    if (answer.body.totalResults !== 1) throw new Error(`${name} found ${answer.body.totalResults}`);
    return answer;
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const name of Object.keys(filters(big))) {
      const took = await inTurn(100, { small: look(little, name), large: look(big, name) });
      ratio(`round ${round} filter by ${name}, ${SMALL} -> ${LARGE} people`, [took.small, took.large], 1.2);
    }
  }
}

/** The first page of everybody, and one far behind it. */
export async function measurePages({ must }, { big, large: LARGE, rounds: ROUNDS }) {
  const COUNT = 100;
  const page = (cursor) =>
    must(big.token, 'GET', `/Users?count=${COUNT}&cursor=${encodeURIComponent(cursor)}`);
  const PAGE = Math.min(900, Math.floor(LARGE / COUNT) - 10);
  let cursor = '';
  for (let number = 1; number < PAGE; number += 1) cursor = (await page(cursor)).body.nextCursor;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const took = await inTurn(50, { first: () => page(''), far: () => page(cursor) });
    ratio(`round ${round} cursor page 1 -> page ${PAGE} of ${COUNT}`, [took.first, took.far], 1.3);
  }
}
