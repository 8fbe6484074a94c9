import type { Client, Reply } from './client.js';
import { type History, MAY_BE_IN, MUST_BE_IN, MUST_NOT_BE_IN, type Register } from './history.js';
import type { FaultOrganization } from './organizations.js';
import { markerBody, markerOf, type Person, patchBody, userBody } from './people.js';

const NOT_THE_TOKEN = 'rc_000000000000_notatokenthatanybodywasgiven';

/** What a client does with a person: asks, records it, keeps in mind what it heard, and says when an answer cannot be. */
export class Operations {
  constructor(
    private readonly client: Client,
    private readonly history: History,
  ) {}

  /** One write; `expected` when it was answered with success. */
  private async change(
    person: Person,
    kind: string,
    value: unknown,
    isCertain: boolean,
    send: (headers: Record<string, string>) => Promise<Reply>,
  ): Promise<Reply> {
    const { history } = this;
    const operation = history.begin(kind, person.name, value);
    const reply = await send({ 'x-request-id': history.requestId(operation.id) });
    const expected =
      reply.outcome === 'unknown'
        ? MAY_BE_IN
        : reply.outcome === 'fail'
          ? MUST_NOT_BE_IN
          : isCertain
            ? MUST_BE_IN
            : MAY_BE_IN;
    history.end(operation, reply.outcome, expected, reply.status, true, reply.error);
    return reply;
  }

  private scim(
    organization: FaultOrganization,
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    body?: unknown,
  ) {
    return (headers: Record<string, string>): Promise<Reply> =>
      this.client.send(
        method,
        `/scim/v2${path}`,
        {
          authorization: `Bearer ${organization.token}`,
          ...(body !== undefined && { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        body,
      );
  }

  async create(person: Person): Promise<Reply> {
    const { organization, exists, name } = person;
    const isFirst = exists.isCertain();
    const post = this.scim(organization, 'POST', '/Users', userBody(person));
    const reply = await this.change(person, 'create', name, isFirst, post);
    if (reply.outcome === 'ok') {
      person.id = reply.body.id;
      exists.acknowledged(true);
    } else if (reply.outcome === 'unknown') {
      exists.unanswered(true);
    } else if (reply.status === 409) {
      if (isFirst) this.violated('I2', person, 'was refused as taken although nobody had created them');
      await this.adopt(person);
    } else if (reply.status !== 0 && reply.status !== 503 && reply.status !== 429) {
      this.violated('I1', person, `creating was answered ${reply.status} ${JSON.stringify(reply.body)}`);
    }
    return reply;
  }

  /** The creation that nobody heard of had happened. */
  private async adopt(person: Person): Promise<void> {
    const reply = await this.findByName(person);
    const [found] = reply.body?.Resources ?? [];
    if (reply.outcome !== 'ok' || !found) return;
    person.id = found.id;
    person.exists.acknowledged(true);
  }

  async mark(person: Person): Promise<Reply> {
    person.issued += 1;
    const marker = person.issued;
    const patch = this.scim(person.organization, 'PATCH', `/Users/${person.id}`, markerBody(marker));
    const reply = await this.change(person, 'mark', marker, true, patch);
    this.settle(person, person.marker, marker, reply);
    if (reply.outcome === 'ok') {
      person.floor = Math.max(person.floor, marker);
      this.inspect(person, reply.body, marker);
    }
    return reply;
  }

  async setActive(person: Person, active: boolean): Promise<Reply> {
    const isCertain = person.active.isCertain() && person.active.certain !== active;
    const body = patchBody({ op: 'replace', path: 'active', value: active });
    const patch = this.scim(person.organization, 'PATCH', `/Users/${person.id}`, body);
    const reply = await this.change(person, 'active', active, isCertain, patch);
    this.settle(person, person.active, active, reply);
    if (!active) {
      // B19: what ends with it ends in the same transaction.
      for (const ended of [person.member, person.license]) {
        if (reply.outcome === 'ok') ended.acknowledged(false);
        if (reply.outcome === 'unknown') ended.unanswered(false);
      }
    }
    return reply;
  }

  async setMember(person: Person, joins: boolean): Promise<Reply> {
    const { organization, group, id, member } = person;
    const isCertain = member.isCertain() && member.certain !== joins;
    const path = joins ? 'members' : `members[value eq "${id}"]`;
    const body = patchBody({ op: joins ? 'add' : 'remove', path, ...(joins && { value: [{ value: id }] }) });
    const patch = this.scim(organization, 'PATCH', `/Groups/${group}`, body);
    const reply = await this.change(person, 'member', joins, isCertain, patch);
    this.settle(person, member, joins, reply);
    return reply;
  }

  async setLicense(person: Person, holds: boolean): Promise<Reply> {
    const { organization, id, license } = person;
    const isCertain = license.isCertain() && license.certain !== holds;
    const query = holds
      ? 'mutation ($id: ID!) { assignLicense(input: { userId: $id, license: STANDARD }) { id } }'
      : 'mutation ($id: ID!) { giveBackLicense(userId: $id) { id } }';
    const reply = await this.change(person, 'license', holds, isCertain, async (headers) => {
      const all = {
        authorization: `Bearer ${organization.apiToken}`,
        'content-type': 'application/json',
        ...headers,
      };
      const answer = await this.client.send('POST', '/graphql', all, { query, variables: { id } });
      return answer.body?.errors && answer.outcome === 'ok' ? { ...answer, outcome: 'fail' } : answer;
    });
    const code = reply.body?.errors?.[0]?.extensions?.code;
    if (reply.outcome === 'fail' && code === 'LIMIT_EXCEEDED') return reply;
    this.settle(person, license, holds, reply);
    return reply;
  }

  /** Reads what the same client wrote: I12, and that what was answered with success is found (I1). */
  async findByName(person: Person): Promise<Reply> {
    const filter = encodeURIComponent(`userName eq "${person.name}@people.example"`);
    const reply = await this.look(
      person,
      'find',
      this.scim(person.organization, 'GET', `/Users?filter=${filter}`),
    );
    if (reply.outcome !== 'ok') return reply;
    const [found] = reply.body.Resources;
    if (found) this.inspect(person, found, person.floor);
    else if (person.id !== undefined) this.violated('I1', person, 'is not found by name');
    return reply;
  }

  async lookAtMembership(person: Person): Promise<Reply> {
    const { organization, id, group, member } = person;
    const filter = encodeURIComponent(`id eq "${group}" and members.value eq "${id}"`);
    const path = `/Groups?filter=${filter}&excludedAttributes=members`;
    const reply = await this.look(person, 'membership', this.scim(organization, 'GET', path));
    if (reply.outcome !== 'ok') return reply;
    const isMember = reply.body.totalResults === 1;
    if (!member.allows(isMember))
      this.violated('I1', person, `is ${isMember ? 'a' : 'no'} member of ${group}`);
    return reply;
  }

  /** I11: no fault makes a credential that is none good enough. */
  async trySomeoneElsesDoor(person: Person): Promise<Reply> {
    const stranger = { ...person.organization, token: NOT_THE_TOKEN };
    const reply = await this.look(person, 'stranger', this.scim(stranger, 'GET', `/Users/${person.id}`));
    if (reply.status !== 0 && ![401, 503, 429].includes(reply.status)) {
      this.violated('I11', person, `a stranger was answered ${reply.status}`);
    }
    return reply;
  }

  /** Reads what another client writes. */
  async get(person: Person): Promise<Reply> {
    const { floor } = person;
    const reply = await this.look(
      person,
      'get',
      this.scim(person.organization, 'GET', `/Users/${person.id}`),
    );
    if (reply.outcome === 'ok') this.inspect(person, reply.body, floor);
    else if ([401, 403, 404].includes(reply.status))
      this.violated('I1', person, `reading was answered ${reply.status}`);
    return reply;
  }

  private async look(
    person: Person,
    kind: string,
    send: (headers: Record<string, string>) => Promise<Reply>,
  ): Promise<Reply> {
    const { history } = this;
    const operation = history.begin(kind, person.name, undefined);
    const reply = await send({ 'x-request-id': history.requestId(operation.id) });
    const outcome = kind === 'stranger' && reply.status === 401 ? 'ok' : reply.outcome;
    history.end(operation, outcome, MUST_NOT_BE_IN, reply.status, false, reply.error);
    return reply;
  }

  private settle<T>(person: Person, register: Register<T>, value: T, reply: Reply): void {
    if (reply.outcome === 'ok') register.acknowledged(value);
    else if (reply.outcome === 'unknown') register.unanswered(value);
    else if (![0, 429, 503].includes(reply.status)) {
      this.violated('I1', person, `a change was answered ${reply.status} ${JSON.stringify(reply.body)}`);
    }
  }

  /** I9 and I12: the whole of one write, and none older than was known when the read began. */
  private inspect(person: Person, resource: Parameters<typeof markerOf>[0], floor: number): void {
    const { marker, isWhole } = markerOf(resource);
    if (!isWhole) this.violated('I9', person, `half of a PATCH was seen: ${JSON.stringify(resource)}`);
    if (marker < floor) this.violated('I12', person, `${marker} was read after ${floor}`);
    if (marker > person.issued)
      this.violated('I2', person, `${marker} was read, ${person.issued} is the last sent`);
    person.floor = Math.max(person.floor, marker);
  }

  private violated(rule: string, { name, id }: Person, what: string): void {
    this.history.violated(rule, `${name} (${id}) ${what}`);
  }
}
