import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { membershipChange } from '../src/directory/memberships.queries.js';
import { type NodeType, nodeType } from '../src/directory/node.queries.js';
import { invitation } from '../src/invitations/invitations.queries.js';
import { notFound } from '../src/kernel/errors.js';
import { provisioningRequest } from '../src/provisioning/provisioning-events.queries.js';
import type { GraphqlContext } from './context.js';
import { Node } from './node.graphql.js';

/** How the row of each type is read: by the same operation as everywhere, with its permission. */
const READ: Readonly<Record<NodeType, (from: GraphqlContext, id: string) => Promise<object | undefined>>> = {
  User: ({ loaders }, id) => loaders.user.load(id),
  Group: ({ loaders }, id) => loaders.group.load(id),
  MembershipChange: ({ context }, id) => membershipChange(context, { id }),
  Invitation: ({ context }, id) => invitation(context, { id }),
  ScimConnection: ({ loaders }, id) => loaders.scimConnection.load(id),
  ProvisioningRequest: ({ context }, id) => provisioningRequest(context, { id }),
};

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Whatever has this id. NOT_FOUND when nothing has.' })
  node(
    @Ctx() from: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of a person, a group, an invitation ...' }) id: string,
  ): Promise<Node> {
    return readNode(from, id);
  }
}

async function readNode(from: GraphqlContext, id: string): Promise<Node> {
  const type = await nodeType(from.context, { id });
  const row = await READ[type](from, id);
  if (!row) throw notFound('object', id);
  return { ...row, id, __typename: type } as Node;
}
