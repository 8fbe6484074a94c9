import 'reflect-metadata';
import { Field, ObjectType } from 'type-graphql';
import { ProvisioningRequest } from './provisioning-log.graphql.js';

@ObjectType({
  description: 'A request that has just become part of the provisioning log.',
  simpleResolvers: true,
})
export class ProvisioningEvent {
  @Field(() => String, {
    description:
      'Where it stands in the stream: pass it as `after` to go on behind it. It is the event id as well.',
  })
  cursor!: string;

  @Field(() => ProvisioningRequest, { description: 'The request and what became of it.' })
  request!: ProvisioningRequest;
}
