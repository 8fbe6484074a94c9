import fc from 'fast-check';
import { dateTime } from '../../src/scim/date-time.js';

it('is what toISOString writes, on days of every kind', () => {
  const date = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (one) => dateTime(one) === one.toISOString()),
    { numRuns: 20_000 },
  );
  for (const text of ['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z', '2024-02-29T12:34:56.007Z'])
    expect(dateTime(new Date(text))).toBe(text);
});
