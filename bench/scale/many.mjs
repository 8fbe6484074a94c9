import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../load/statistics.mjs';
import { ms, patchOf, say } from './measure.mjs';

/** Many organizations at a steady rate each, which is lowered until it is held. */
export async function measureMany(
  { send, organizationOf },
  { organizations: COUNT, rate: RATE, seconds: SECONDS },
) {
  const organizations = [];
  for (let i = 0; i < COUNT; i += 1) organizations.push(await organizationOf(200, `many${i}`));
  for (let rate = RATE; ; rate = Math.floor(rate * 0.8)) {
    const statuses = {};
    const waits = { read: [], write: [] };
    let late = 0;
    const one = async ({ token, people }, isRead) => {
      const id = people[Math.floor(Math.random() * people.length)];
      const n = 1 + Math.floor(Math.random() * people.length);
      const answer = await (isRead
        ? Math.random() < 0.5
          ? send(token, 'GET', `/Users/${id}`)
          : send(token, 'GET', `/Users?filter=userName+eq+%22p${n}%40s.example%22`)
        : send(
            token,
            'PATCH',
            `/Users/${id}`,
            patchOf({ op: 'replace', path: 'title', value: `t${Math.random()}` }),
          )
      ).catch((error) => ({ status: error.code ?? 'broken', ms: 0 }));
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      waits[isRead ? 'read' : 'write'].push(answer.ms);
    };
    const beating = organizations.map(async (organization, place) => {
      const inFlight = [];
      const began = performance.now() + (place / COUNT) * (1000 / rate);
      for (let i = 0; i < rate * SECONDS; i += 1) {
        const due = began + (i * 1000) / rate;
        const wait = due - performance.now();
        if (wait > 0) await sleep(wait);
        else if (wait < -1000) late += 1;
        inFlight.push(one(organization, i % 10 < 7));
      }
      await Promise.all(inFlight);
    });
    const began = performance.now();
    await Promise.all(beating);
    const seconds = (performance.now() - began) / 1000;
    const sent = waits.read.length + waits.write.length;
    const shown = ['read', 'write'].map(
      (kind) => `${kind} p50 ${ms(quantile(waits[kind], 0.5))} p99 ${ms(quantile(waits[kind], 0.99))}`,
    );
    say(
      `${COUNT} organizations x ${rate}/s for ${SECONDS} s: ${(sent / seconds).toFixed(0)}/s, ${JSON.stringify(statuses)}, ${shown.join(', ')}, ${late} sent late`,
    );
    const isHeld =
      Object.keys(statuses).every((status) => status === '200') && seconds < SECONDS * 1.05 && late === 0;
    if (isHeld || rate < 3) break;
    await sleep(3000);
  }
}
