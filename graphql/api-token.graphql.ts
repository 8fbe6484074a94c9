import 'reflect-metadata';
import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType('IssuedApiToken', {
  description: 'A new API token. It is shown this once.',
  simpleResolvers: true,
})
export class IssuedApiTokenType {
  @Field(() => ID, { description: 'The id of the token, to revoke it by.' })
  id!: string;

  @Field(() => String, { description: 'The token: `Authorization: Bearer <token>`.' })
  token!: string;
}
