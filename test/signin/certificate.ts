export { makeSigningKey, type SigningKey } from '../../src/cli/simulator/identity-provider/signing-key.js';
