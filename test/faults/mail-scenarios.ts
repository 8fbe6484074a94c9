import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Mailbox, smtpError } from '../support/mailbox.js';
import { maximum, type Scenario, seconds } from './scenario.js';
import { Wire } from './wire.js';
import type { World } from './world.js';

const INVITE = 'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }';
/** What is promised: a mail is there this long after its server is well again. */
const SENT_WITHIN_MS = 60_000;

/** Something that is no mail server: it says so to everybody and hangs up. */
class Garbage {
  private readonly server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 this is no mail server\r\n\r\n');
  });

  static async on(port: number): Promise<Garbage> {
    const garbage = new Garbage();
    garbage.server.listen(port, '127.0.0.1');
    await once(garbage.server, 'listening');
    return garbage;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** Ways of a mail server not to work, each with its way back. */
function troubles(mailbox: Mailbox, wire: Wire): [string, () => Promise<() => Promise<unknown>>][] {
  const port = Number(new URL(mailbox.url).port);
  return [
    ['down', () => mailbox.close().then(() => () => mailbox.reopen())],
    ['unreachable', () => wire.cut().then(() => () => wire.restore())],
    [
      'garbage',
      async () => {
        await mailbox.close();
        const garbage = await Garbage.on(port);
        return () => garbage.close().then(() => mailbox.reopen());
      },
    ],
    [
      'slow',
      async () => {
        mailbox.thinks = 3_000;
        return async () => {
          mailbox.thinks = 0;
        };
      },
    ],
    [
      'refusing for now',
      async () => {
        mailbox.onRcpt = () => smtpError(451, 'Try again later');
        return async () => {
          mailbox.onRcpt = () => undefined;
        };
      },
    ],
  ];
}

/** Why the invitation was refused, if it was. */
async function invite(world: World, email: string): Promise<string | undefined> {
  const [organization] = world.organizations;
  const [api] = world.apis;
  const answer = await fetch(`${api?.server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${organization?.apiToken}`,
      'content-type': 'application/json',
      'x-forwarded-proto': 'https',
    },
    body: JSON.stringify({ query: INVITE, variables: { input: { email } } }),
  });
  const text = await answer.text();
  return answer.ok && !text.includes('"errors"') ? undefined : `${answer.status} ${text}`;
}

export const loseMailServer: Scenario = {
  id: 'F18',
  fault: 'the mail server down, unreachable, slow, refusing for now, or something that is no mail server',
  promise: 'no request is held up; every mail arrives once, at most 60 s after the server is well again',
  async run(world, size, histories) {
    const mailbox = await new Mailbox().listen();
    const wire = await Wire.to(Number(new URL(mailbox.url).port));
    const mail = { SMTP_URL: `smtp://127.0.0.1:${wire.port}`, MAIL_FROM: 'no-reply@rollcall.example' };
    await world.startNode('api');
    await world.startNode('worker', { env: mail });
    await Promise.all(world.nodes().map(({ server }) => server.whenReady()));
    const { load, history } = world.load({ writers: 4, pauseMs: 10 });
    histories.push(history);
    await history.nextSuccess();
    const began = performance.now();
    await sleep(size === 'small' ? 2_000 : 10_000);
    const usual = history.quantile(0.99, began);
    const away = performance.now();
    const invited: string[] = [];
    const late: number[] = [];
    try {
      for (const [name, happen] of troubles(mailbox, wire)) {
        const recover = await happen();
        for (let i = 0; i < (size === 'small' ? 3 : 20); i += 1) {
          const email = `${name.replaceAll(' ', '-')}-${i}-${randomUUID().slice(0, 8)}@people.example`;
          const refusal = await invite(world, email);
          if (refusal === undefined) invited.push(email);
          else history.violated('F18', `while the mail server was ${name} an invitation failed: ${refusal}`);
        }
        await sleep(size === 'small' ? 2_000 : 15_000);
        await recover();
        const well = performance.now();
        while (invited.some((email) => mailbox.to(email).length === 0)) {
          if (performance.now() - well > SENT_WITHIN_MS) {
            const missing = invited.filter((email) => mailbox.to(email).length === 0);
            history.violated('F18', `${missing.length} mails are missing a minute after it was ${name}`);
            break;
          }
          await sleep(50);
        }
        late.push(performance.now() - well);
      }
      const meanwhile = history.quantile(0.99, away);
      await world.check(load, history);
      const again = [...mailbox.counts.values()].filter((count) => count > 1).length;
      if (again > 0 || mailbox.counts.size !== invited.length)
        history.violated(
          'F18',
          `${again} mails came twice, ${mailbox.counts.size} of ${invited.length} came`,
        );
      return {
        injections: late.length,
        measured: `${invited.length} mails, each once, the last of them ${late.map(seconds).join(', ')} after the server was well again (worst ${seconds(maximum(late))}); p99 of requests ${Math.round(usual)} ms before, ${Math.round(meanwhile)} ms meanwhile`,
      };
    } finally {
      await wire.cut();
      await mailbox.close().catch(() => {});
    }
  },
};
