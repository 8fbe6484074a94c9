import { newUser, patch } from '../support/people.js';
import { startProduct } from '../support/product.js';

// In `standard` one address is kept (B8). A PATCH of another one beside it was answered 200, and the provisioning log
// said that nothing had been passed over.
it('a PATCH of an address beside the one that is kept is logged as passed over', async () => {
  const product = await startProduct();
  try {
    const acme = await product.organization();
    const { body: created } = await acme.scim('POST', '/Users', newUser());
    const path = 'emails[type eq "other"].value';
    const other = patch({ op: 'replace', path, value: 'other@people.example' });
    const answer = await acme.scim('PATCH', `/Users/${created.id}`, other);
    expect([answer.status, answer.body.emails]).toEqual([200, created.emails]);
    const same = patch({
      op: 'replace',
      path: 'emails[type eq "work"].value',
      value: created.emails[0].value,
    });
    await acme.scim('PATCH', `/Users/${created.id}`, same);
    const logged = () =>
      product.sql<{ outcome: string }>(
        `select outcome from provisioning_log where target_id = $1 and method = 'PATCH' order by at`,
        [created.id],
      );
    const end = Date.now() + 30_000;
    while ((await logged()).length < 2 && Date.now() < end) await new Promise((done) => setTimeout(done, 50));
    expect(await logged()).toEqual([{ outcome: 'ignored-parts' }, { outcome: 'unchanged' }]);
  } finally {
    await product.close();
  }
});
