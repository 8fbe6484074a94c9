import { isSealedByOldKey, type Place, seal, unseal } from '../../src/access/sealed.js';

const keys = { secretKey: 'a'.repeat(40), previousSecretKeys: [] };
const place: Place = { organizationId: 'org-1', column: 'sso_connections.sealed_secret', row: 'row-1' };

describe('secrets at rest (R8, abuse 19)', () => {
  it('come back as they were, and never look the same twice', () => {
    const [one, two] = [seal(keys, place, 'client secret ü'), seal(keys, place, 'client secret ü')];
    expect(unseal(keys, place, one)).toBe('client secret ü');
    expect(one.equals(two)).toBe(false);
    expect(one.includes('client secret')).toBe(false);
  });

  it.each([
    ['another organization', { ...place, organizationId: 'org-2' }],
    ['another column', { ...place, column: 'sso_connections.other' }],
    ['another row', { ...place, row: 'row-2' }],
  ])('open nothing when they are copied to %s', (_where, elsewhere) => {
    expect(() => unseal(keys, elsewhere, seal(keys, place, 'secret'))).toThrow();
  });

  it('are refused when a single bit of them was changed, or when they were cut', () => {
    const sealed = seal(keys, place, 'secret');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => unseal(keys, place, changed)).toThrow();
      expect(() => unseal(keys, place, sealed.subarray(0, index))).toThrow();
    }
  });

  it('are read with a previous root key, say so, and are not read once that key is gone', () => {
    const sealed = seal(keys, place, 'secret');
    const rotated = { secretKey: 'b'.repeat(40), previousSecretKeys: [keys.secretKey] };
    expect(unseal(rotated, place, sealed)).toBe('secret');
    expect(isSealedByOldKey(rotated, sealed)).toBe(true);
    expect(isSealedByOldKey(rotated, seal(rotated, place, 'secret'))).toBe(false);
    expect(() => unseal({ ...rotated, previousSecretKeys: [] }, place, sealed)).toThrow(
      'SECRET_KEY_PREVIOUS',
    );
  });
});
