import { patch } from '../support/people.js';
import { type Answer, type TestOrganization, type TestProduct } from '../support/product.js';
import { changeOf, ENTERPRISE, filter, groupBody, operation, userBody, userPatch } from './bodies.js';
import { GROUP_FIELDS, GraphqlDoor, type Said, USER_FIELDS } from './graphql-door.js';
import { Inside } from './inside.js';
import type { Op } from './ops.js';
import { FakeQueue } from './queue.js';

/** How the SCIM wire words the codes of the catalogue. */
const CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_INPUT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  412: 'PRECONDITION_FAILED',
  503: 'UNAVAILABLE',
};

/** The clients of one organization: they send operations through its doors and read the answers in the words of the model. */
export class Client {
  readonly queue: FakeQueue;
  private readonly door: GraphqlDoor;
  private readonly within: Inside;

  constructor(
    product: TestProduct,
    readonly organization: TestOrganization,
  ) {
    this.queue = new FakeQueue(product.database);
    this.door = new GraphqlDoor(organization);
    this.within = new Inside(product, organization, this.door, this.queue);
  }

  async send(op: Op): Promise<Said> {
    const { organization } = this;
    const { connectionId } = organization;
    const expected = 'expected' in op ? op.expected : undefined;
    const ifMatch: Record<string, string> = expected === undefined ? {} : { 'if-match': `W/"${expected}"` };
    const input = { connectionId, ...('id' in op && { id: op.id }), expectedVersion: expected };
    switch (op.kind) {
      case 'provisionUser':
        return op.door === 'scim'
          ? this.user(201, await organization.scim('POST', '/Users', userBody(op.attributes)))
          : this.door.mutate(
              'provisionUser',
              'ProvisionUserInput',
              { connectionId, ...op.attributes },
              USER_FIELDS,
              'user',
            );
      case 'replaceUser': {
        const whole = { ...op.attributes, ...(op.active !== undefined && { active: op.active }) };
        return op.door === 'scim'
          ? this.user(200, await organization.scim('PUT', `/Users/${op.id}`, userBody(whole)))
          : this.door.mutate(
              'updateProvisionedUser',
              'UpdateProvisionedUserInput',
              { ...input, change: whole },
              USER_FIELDS,
              'user',
            );
      }
      case 'patchUser':
        return op.door === 'scim'
          ? this.user(200, await organization.scim('PATCH', `/Users/${op.id}`, userPatch(op), ifMatch))
          : this.door.mutate(
              'updateProvisionedUser',
              'UpdateProvisionedUserInput',
              { ...input, change: op.change },
              USER_FIELDS,
              'user',
            );
      case 'deprovisionUser':
        return op.door === 'scim'
          ? said(204, await organization.scim('DELETE', `/Users/${op.id}`, undefined, ifMatch))
          : this.door.mutate('deprovisionUser', 'DeprovisionInput', input, '');
      case 'readUser':
        return this.user(200, await organization.scim('GET', `/Users/${op.id}`));
      case 'findUsers': {
        const path = op.by === 'email' ? 'emails[type eq "work"].value' : op.by;
        return found(await organization.scim('GET', `/Users?count=1000&filter=${filter(path, op.value)}`));
      }
      case 'pageUsers':
        return this.page(op);
      case 'provisionGroup': {
        const { displayName, externalId, members } = op;
        return op.door === 'scim'
          ? this.group(201, await organization.scim('POST', '/Groups', groupBody(op)))
          : this.door.mutate(
              'provisionGroup',
              'ProvisionGroupInput',
              { connectionId, displayName, externalId, members },
              GROUP_FIELDS,
              'group',
            );
      }
      case 'replaceGroup':
        return this.group(200, await organization.scim('PUT', `/Groups/${op.id}`, groupBody(op)));
      case 'patchGroup': {
        if (op.door === 'graphql')
          return this.door.mutate(
            'updateProvisionedGroup',
            'UpdateProvisionedGroupInput',
            { ...input, ...changeOf(op.steps) },
            GROUP_FIELDS,
            'group',
          );
        const answer = await organization.scim(
          'PATCH',
          `/Groups/${op.id}`,
          patch(...op.steps.map(operation)),
          ifMatch,
        );
        return said(204, answer, () => ({ version: versionIn(answer) }));
      }
      case 'deprovisionGroup':
        return op.door === 'scim'
          ? said(204, await organization.scim('DELETE', `/Groups/${op.id}`, undefined, ifMatch))
          : this.door.mutate('deprovisionGroup', 'DeprovisionInput', input, 'id');
      case 'readGroup':
        return this.group(200, await organization.scim('GET', `/Groups/${op.id}`));
      case 'findGroups':
        return found(await organization.scim('GET', `/Groups?count=1000&filter=${filter(op.by, op.value)}`));
      default:
        return this.within.send(op);
    }
  }

  private user(status: number, answer: Answer): Said {
    return said(status, answer, (body) => ({
      ...{
        id: body.id,
        userName: body.userName,
        email: body.emails[0].value,
        externalId: body.externalId ?? null,
      },
      ...{ givenName: body.name?.givenName ?? null, title: body.title ?? null, active: body.active },
      employeeNumber: body[ENTERPRISE]?.employeeNumber ?? null,
      version: versionIn(answer),
      groups: body.groups.map((group: { value: string }) => group.value).sort(),
    }));
  }

  private group(status: number, answer: Answer): Said {
    return said(status, answer, ({ id, displayName, externalId = null, members }) => ({
      ...{ id, displayName, externalId, version: versionIn(answer) },
      members: members.map((member: { value: string }) => member.value).sort(),
    }));
  }

  /** Every page of the list: each person once, whichever way the pages are asked for. */
  private async page(op: Extract<Op, { kind: 'pageUsers' }>): Promise<Said> {
    const ids: string[] = [];
    const sort = op.sortBy ? `&sortBy=${op.sortBy}` : '';
    for (let cursor: string | undefined = op.by === 'cursor' ? '' : '1'; cursor !== undefined; ) {
      const place = op.by === 'cursor' ? `cursor=${cursor}` : `startIndex=${cursor}`;
      const { status, body } = await this.organization.scim(
        'GET',
        `/Users?count=${op.count}&${place}${sort}`,
      );
      if (status !== 200) return { code: CODES[status] ?? String(status), view: { body } };
      ids.push(...body.Resources.map((one: { id: string }) => one.id));
      const next =
        ids.length < body.totalResults && body.Resources.length > 0 ? String(ids.length + 1) : undefined;
      cursor = op.by === 'cursor' ? body.nextCursor : next;
    }
    return { code: 'ok', view: { ids: ids.sort() } };
  }
}

function said(
  status: number,
  answer: Answer,
  view: (body: Answer['body']) => Record<string, unknown> = () => ({}),
): Said {
  if (answer.status === status) {
    const shown = view(answer.body);
    return { code: 'ok', id: answer.body?.id, view: shown };
  }
  return { code: CODES[answer.status] ?? String(answer.status), view: { body: answer.body } };
}

const found = (answer: Answer): Said =>
  said(200, answer, (body) => ({ ids: body.Resources.map((one: { id: string }) => one.id) }));

const versionIn = ({ headers }: Answer): number => Number(/^W\/"(\d+)"$/.exec(String(headers.etag))?.[1]);
