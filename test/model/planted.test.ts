import { readFileSync } from 'node:fs';
import { BUGS } from './planted/bugs.mjs';

// The mistakes themselves are planted by `npm run test:planted`; here only that each still has its place.
it.each(BUGS)('"$name" can still be planted', ({ edits }) => {
  for (const { file, find, replace } of edits) {
    expect([file, readFileSync(file, 'utf8').split(find).length - 1]).toEqual([file, 1]);
    expect(replace).not.toBe(find);
  }
});

it('there are at least twenty', () => {
  expect(BUGS.length).toBeGreaterThanOrEqual(20);
});
