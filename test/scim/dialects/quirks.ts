/**
 * What identity providers are known to send and need back, numbered by provider; section 1 of Entra's is Microsoft's list.
 * `quirks.test.ts` finds a test for each number by its title, "Okta 2.7: ...".
 */
export const QUIRKS: Readonly<Record<string, readonly string[]>> = {
  Entra: numbers(1, 14),
  Okta: numbers(2, 22),
  OneLogin: numbers(3, 9),
  JumpCloud: numbers(4, 6),
  Google: numbers(5, 3),
  Ping: numbers(6, 4),
  CyberArk: numbers(7, 3),
  SailPoint: numbers(8, 3),
  Rippling: numbers(9, 3),
  Keycloak: numbers(10, 4),
  authentik: numbers(11, 8),
};

function numbers(section: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${section}.${i + 1}`);
}
