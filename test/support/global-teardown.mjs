/** Ends the throw-away PostgreSQL of the run. A run that never gets here loses it all the same (see `keeper.mjs`). */
export default async function tearDown() {
  await globalThis.rollcallTestFolder?.end();
}
