import path from 'node:path';
import Sequencer from '@jest/test-sequencer';

// The files that take longest, about longest first. Jest knows what a file took where it has run before; on a new clone it takes
// large files for long ones, and the fault suite, twenty lines that take more than a minute, would begin last. It does not
// begin beside the browsers either: it promises that nobody is refused while a process stops, and they leave it no processor.

const LONGEST = [
  'browser/pages',
  'scim/tapes',
  'browser/journey',
  'embedded',
  'workers/kill',
  'workers/delivery',
  'faults/faults',
  'model/sequential',
  'graphql/permissions',
  'graphql/idempotency',
  'workers/outage',
  'workers/membership',
  'workers/bulk',
  'graphql/streams',
  'workers/mail',
  'workers/mail-kill',
  'graphql/hostile-variables',
  'parity',
  'signin/people',
  'scim/hostile-input',
  'isolation/graphql',
  'scim/large-groups',
  'signin/registration',
  'signin/outbound',
  'bootstrap',
  'model/interleaving',
  'scim/races',
  'cli/simulator-run',
].map((name) => path.join(process.cwd(), 'test', `${name}.test.ts`));

const rankOf = ({ path: file }) => {
  const rank = LONGEST.indexOf(file);
  return rank < 0 ? LONGEST.length : rank;
};

/** Begins with the longest files, so that no worker is left with one of them when the others have nothing to do any more. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
}
