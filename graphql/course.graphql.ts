import 'reflect-metadata';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { CourseInput } from './invitation.graphql.js';

@ObjectType('UserCourse', {
  description: 'A course of a person, and where it comes from.',
  simpleResolvers: true,
})
export class UserCourseType {
  @Field(() => ID, { description: 'The reference.' })
  id!: string;

  @Field(() => String, { description: 'The name.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether it was given to the person themselves.' })
  own!: boolean;

  /** Feeds the field `groups`. */
  groupIds!: string[];
}

@InputType({ description: 'The courses a group gives its members.' })
export class SetGroupCoursesInput {
  @Field(() => ID, { description: 'Which group, whoever manages it.' })
  groupId!: string;

  @Field(() => [CourseInput], { description: 'All of them, in place of those before.' })
  courses!: CourseInput[];
}

@InputType({ description: 'The courses a person has of their own.' })
export class SetUserCoursesInput {
  @Field(() => ID, { description: 'Which person, whoever manages them.' })
  userId!: string;

  @Field(() => [CourseInput], { description: "All of them, in place of those before; their groups' stay." })
  courses!: CourseInput[];
}
