import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { setGroupCourses } from '../src/directory/set-group-courses.js';
import { setUserCourses } from '../src/directory/set-user-courses.js';
import type { GraphqlContext } from './context.js';
import { SetGroupCoursesInput, SetUserCoursesInput, UserCourseType } from './course.graphql.js';
import { GroupType } from './group.graphql.js';
import { CourseType } from './invitation.graphql.js';
import { loadSome } from './loaders.js';
import { UserType } from './user.graphql.js';

@Resolver(() => GroupType)
export class GroupCourseResolver {
  @Mutation(() => GroupType, {
    description: 'Sets the courses a group gives its members, also of a provisioned group.',
  })
  setGroupCourses(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => SetGroupCoursesInput, { description: 'Which group, and the courses.' })
    input: SetGroupCoursesInput,
  ): Promise<GroupType> {
    return setGroupCourses(context, input);
  }

  @FieldResolver(() => [CourseType], { description: 'The courses this group gives its members.' })
  courses(@Ctx() { loaders }: GraphqlContext, @Root() { id }: GroupType): Promise<CourseType[]> {
    return loaders.groupCourses.load(id);
  }
}

@Resolver(() => UserType)
export class UserCourseResolver {
  @Mutation(() => UserType, {
    description: 'Sets the courses a person has of their own, also of a provisioned person.',
  })
  setUserCourses(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => SetUserCoursesInput, { description: 'Which person, and the courses.' })
    input: SetUserCoursesInput,
  ): Promise<UserType> {
    return setUserCourses(context, input);
  }

  @FieldResolver(() => [UserCourseType], {
    description: 'The courses of this person: the union of their own and those of the groups they are in.',
  })
  courses(@Ctx() { loaders }: GraphqlContext, @Root() { id }: UserType): Promise<UserCourseType[]> {
    return loaders.userCourses.load(id);
  }
}

@Resolver(() => UserCourseType)
export class UserCourseSourceResolver {
  @FieldResolver(() => [GroupType], { description: 'The groups that give it.' })
  groups(@Ctx() { loaders }: GraphqlContext, @Root() { groupIds }: UserCourseType): Promise<GroupType[]> {
    return loadSome(loaders.group, groupIds);
  }
}
