import { validate, version } from 'uuid';
import { isId, newId } from '../src/kernel/ids.js';

it('makes UUIDv7 of now, each another, in the order in which they are made', () => {
  const before = Date.now();
  const ids = Array.from({ length: 5_000 }, newId);
  const after = Date.now();
  expect(ids.every((id) => isId(id) && validate(id) && version(id) === 7)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual([...ids].sort());
  const times = ids.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(before);
  expect(Math.max(...times)).toBeLessThanOrEqual(after);
});

it('stays in order when the clock of the machine is set back', () => {
  const first = newId();
  const { now } = Date;
  Date.now = () => now() - 60_000;
  const second = newId();
  Date.now = now;
  expect(second > first).toBe(true);
});

it('leaves nothing of an id to be guessed from the one before', () => {
  const tails = Array.from({ length: 1_000 }, () => newId().slice(-10));
  expect(new Set(tails).size).toBe(tails.length);
});
