import 'reflect-metadata';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserType } from './user.graphql.js';

@InputType({ description: 'Whose personal data to erase, confirmed by name.' })
export class EraseUserInput {
  @Field(() => ID, {
    description: 'Who. They must be deactivated or deprovisioned already, and not the owner.',
  })
  userId!: string;

  @Field(() => String, {
    description: 'The user name or the e-mail of this person, typed again: erasing cannot be undone.',
  })
  confirmation!: string;
}

@ObjectType({ description: 'What is left of somebody who was erased.', simpleResolvers: true })
export class ErasedUserType {
  @Field(() => ID, { description: 'The id, which the history keeps.' })
  id!: string;

  @Field(() => Date, { description: 'When the personal data was erased.' })
  erasedAt!: Date;
}

@InputType({ description: "Whom to take out of the identity provider's management." })
export class ReleaseUserInput {
  @Field(() => ID, { description: 'Who.' })
  userId!: string;
}

@ObjectType({ description: 'Somebody who is an ordinary person again.', simpleResolvers: true })
export class ReleasedUserType {
  @Field(() => UserType, { description: 'The person, editable here from now on.' })
  user!: UserType;

  @Field(() => ID, { description: 'The connection that managed them.' })
  connectionId!: string;

  @Field(() => [ID], { description: "The provider's groups they left; ordinary groups stay." })
  leftGroupIds!: string[];

  @Field(() => String, {
    description:
      "What to do at the provider, in the organization's language: its next push adopts them again.",
  })
  warning!: string;
}
