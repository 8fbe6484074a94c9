import 'reflect-metadata';
import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType('ApprovedDomain', {
  description: 'A domain whose people may ask for access by themselves.',
  simpleResolvers: true,
})
export class ApprovedDomainType {
  @Field(() => ID, { description: 'The id of the approval.' })
  id!: string;

  @Field(() => String, {
    description: 'The domain as IDNA writes it in ASCII. Subdomains are other domains.',
  })
  domain!: string;

  @Field(() => Date, { description: 'When it was approved.' })
  createdAt!: Date;
}
