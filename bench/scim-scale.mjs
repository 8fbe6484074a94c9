// Whether SCIM costs the same in a large organization as in a small one, on a running product.
//
//   node bench/scim-scale.mjs --base http://127.0.0.1:4000/scim/v2 [--data .data] [--pid PID] [--people 100000] [--rounds 3]
//     [--only members,replace,read,filters,pages,many] [--seconds 60] [--organizations 25] [--rate 25]
//
// Seeds people and groups by set-based SQL into the database of DATABASE_URL, or of the embedded PostgreSQL in the data
// folder, and measures through the SCIM door: three rounds, medians, interleaved. The memory is that of the
// process --pid. Loopback only. Everything it makes is in organizations named scale-...; drop the data folder afterwards.
import { parseArgs } from 'node:util';
import { openBed } from './scale/bed.mjs';
import { measureMembers, measureRead, measureReplace } from './scale/groups.mjs';
import { measureFilters, measurePages } from './scale/lists.mjs';
import { measureMany } from './scale/many.mjs';
import { say } from './scale/measure.mjs';

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    base: text,
    pid: text,
    data: { ...text, default: process.env.DATA_DIR ?? '.data' },
    people: { ...text, default: '100000' },
    rounds: { ...text, default: '3' },
    only: { ...text, default: 'members,replace,read,filters,pages,many' },
    seconds: { ...text, default: '60' },
    organizations: { ...text, default: '25' },
    rate: { ...text, default: '25' },
  },
});
const SMALL = 1000;
/** What --only may name; `many` makes its own organizations. */
const PARTS = {
  members: measureMembers,
  replace: measureReplace,
  read: measureRead,
  filters: measureFilters,
  pages: measurePages,
  many: measureMany,
};
const chosen = values.only.split(',');
const [large, rounds, organizations, rate, seconds] = [
  values.people,
  values.rounds,
  values.organizations,
  values.rate,
  values.seconds,
].map(Number);
const size = { large, small: SMALL, rounds, organizations, rate, seconds };
const bed = await openBed(values);

say(`seeding ${large} and ${SMALL} people`);
if (chosen.some((part) => part !== 'many')) {
  size.big = await bed.organizationOf(large, 'big');
  size.little = await bed.organizationOf(SMALL, 'little');
}
await bed.analyze();
for (const [part, measure] of Object.entries(PARTS)) if (chosen.includes(part)) await measure(bed, size);
await bed.close();
