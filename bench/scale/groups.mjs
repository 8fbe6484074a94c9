import { setTimeout as sleep } from 'node:timers/promises';
import { inTurn, ms, patchOf, ratio, say } from './measure.mjs';

// The answer is measured without the members, which are asked for on their own.
const QUIET = '?excludedAttributes=members';

/** One member more or less, and another name, in a group of a hundred and in one of nearly everybody. */
export async function measureMembers({ must, groupOf }, { big, large: LARGE, rounds: ROUNDS }) {
  const SAMPLES = 100;
  const [hundred, all] = [await groupOf(big, 0, 100), await groupOf(big, 0, LARGE - SAMPLES)];
  const groups = { small: hundred, large: all };
  const joining = big.people.slice(-SAMPLES);
  const member = (op) => (size) => (i) => {
    const value = joining[i];
    const operation =
      op === 'add'
        ? { op, path: 'members', value: [{ value }] }
        : { op, path: `members[value eq "${value}"]` };
    return must(big.token, 'PATCH', `/Groups/${groups[size]}${QUIET}`, patchOf(operation));
  };
  const rename = (size) => (i) =>
    must(
      big.token,
      'PATCH',
      `/Groups/${groups[size]}${QUIET}`,
      patchOf({ op: 'replace', path: 'displayName', value: `r ${size} ${i} ${Math.random()}` }),
    );
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, work] of [
      ['add one', member('add')],
      ['remove one', member('remove')],
      ['rename', rename],
    ]) {
      const took = await inTurn(SAMPLES, { small: work('small'), large: work('large') });
      ratio(`round ${round} ${name}, group of 100 -> ${LARGE - SAMPLES}`, [took.small, took.large], 1.3);
      await sleep(1500);
    }
  }
}

/** A PUT that puts one half of everybody in the place of the other. */
export async function measureReplace(
  { run, send, groupOf, inOrganization, memoryOf },
  { big, large: LARGE, rounds: ROUNDS },
) {
  const HALF = Math.floor(LARGE / 2);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const id = await groupOf(big, 0, HALF);
    const members = big.people.slice(HALF).map((value) => ({ value }));
    const body = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: `put ${run} ${round}`,
      members,
    };
    const began = performance.now();
    const { result, megabytes } = await memoryOf(() => send(big.token, 'PUT', `/Groups/${id}${QUIET}`, body));
    if (result.status !== 200) say(`PUT answered ${result.status} ${JSON.stringify(result.body)}`);
    let waiting = 1;
    while (waiting > 0) {
      [{ waiting }] = await inOrganization(
        big,
        "select count(*)::int as waiting from memberships where organization_id = $1 and group_id = $2 and state <> 'active'",
        [big.id, id],
      );
      if (waiting > 0) await sleep(100);
    }
    const applied = (performance.now() - began) / 1000;
    say(
      `round ${round} PUT of ${HALF} others for ${HALF}: answered ${ms(result.ms)} (bound 2000), applied ${applied.toFixed(1)} s (bound 20), memory +${megabytes.toFixed(0)} MB (bound 150)`,
    );
  }
}

/** A group of everybody, without its members and with them. */
export async function measureRead({ send, must, groupOf, memoryOf }, { big, large: LARGE, rounds: ROUNDS }) {
  const [hundred, all] = [await groupOf(big, 0, 100), await groupOf(big, 0, LARGE)];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const took = await inTurn(100, {
      small: () => must(big.token, 'GET', `/Groups/${hundred}${QUIET}`),
      large: () => must(big.token, 'GET', `/Groups/${all}${QUIET}`),
    });
    ratio(`round ${round} GET of a group without members, 100 -> ${LARGE}`, [took.small, took.large], 1.3);
    const { result, megabytes } = await memoryOf(() =>
      send(big.token, 'GET', `/Groups/${all}`, undefined, { keep: false }),
    );
    say(
      `round ${round} GET of ${LARGE} members: ${result.status}, ${(result.bytes / 1048576).toFixed(1)} MB in ${ms(result.ms)}, memory +${megabytes.toFixed(0)} MB (bound 50)`,
    );
    await sleep(500);
  }
  const whole = await must(big.token, 'GET', `/Groups/${all}`);
  const distinct = new Set(whole.body.members.map(({ value }) => value)).size;
  say(`the whole group holds ${distinct} different members${distinct === LARGE ? '' : ' WRONG'}`);
}
