import { entities } from '../../src/entities.js';
import { Database } from '../../src/kernel/database.js';
import { newId } from '../../src/kernel/ids.js';
import { createLogger } from '../../src/kernel/logger.js';
import type { LogEntry } from '../../src/provisioning/log-entry.js';
import { ProvisioningLogWriter } from '../../src/provisioning/log-writer.js';
import { startGreeter } from '../workers/postgres-greeter.js';

const entry = (): LogEntry => ({
  id: newId(),
  owner: { slug: 'acme' },
  arrivedAt: performance.now(),
  requestId: 'r',
  method: 'GET',
  resourceType: 'User',
  targetId: null,
  operation: 'userIndex',
  status: 200,
  outcome: 'unchanged',
  detail: null,
  scimType: null,
  changes: {},
  normalisations: [],
  ignored: [],
  dialect: 'other',
  durationMs: 1,
  address: '192.0.2.1',
  userAgent: null,
});

// With PostgreSQL silent each batch was tried when the process stopped, seven seconds apiece, until it was cut off before its
// workers had stopped.
it('a process that stops gives up on the whole log at the first batch that cannot be written', async () => {
  const greeter = await startGreeter(() => {});
  const logger = createLogger('silent');
  const database = await Database.open({ url: greeter.url, entities, logger, secretKey: 'x'.repeat(32) });
  const writer = new ProvisioningLogWriter(database, logger);
  for (let entries = 0; entries < 1_000; entries += 1) writer.add(entry());
  const began = performance.now();
  await writer.close();
  // One batch was on its way when it was told to stop; five would be 35 s.
  expect(performance.now() - began).toBeLessThan(20_000);
  await database.close();
  await greeter.close();
});
