import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { License } from '../src/directory/shapes.js';

export const LicenseEnum = { STANDARD: 'standard', PRO: 'pro' } as const;

registerEnumType(LicenseEnum, {
  name: 'License',
  description: 'What a seat is called that someone holds.',
  valuesConfig: {
    STANDARD: { description: 'What a sign-in takes unless Pro is for everyone.' },
    PRO: { description: 'Assigned by an admin, or taken at sign-in where Pro is for everyone.' },
  },
});

export const LicenseStateEnum = { HELD: 'held', WAITING: 'waiting', NONE: 'none' } as const;
export type LicenseState = (typeof LicenseStateEnum)[keyof typeof LicenseStateEnum];

registerEnumType(LicenseStateEnum, {
  name: 'LicenseState',
  description: 'Whether someone holds a license.',
  valuesConfig: {
    HELD: { description: 'They hold one.' },
    WAITING: {
      description: 'They signed in when none was free, and get one in the order of asking.',
    },
    NONE: {
      description: 'They hold none: never signed in, were turned away, gave it back or may not sign in.',
    },
  },
});

@ObjectType('SeatPool', { description: 'The seats of one kind, in figures.', simpleResolvers: true })
export class SeatPoolType {
  @Field(() => Int, { description: 'How many people may hold such a license at once.' })
  bought!: number;

  @Field(() => Int, { description: 'How many people hold one; never more than were bought.' })
  taken!: number;

  @Field(() => Int, { description: 'How many are left.' })
  free!: number;

  @Field(() => Int, { description: 'How many people wait in line for one.' })
  waiting!: number;

  @Field(() => Int, {
    description:
      'How many more may be asked for: people who may sign in, or are invited, and have not signed in yet. Counted for the kind a sign-in takes.',
  })
  forecast!: number;
}

@ObjectType('Licenses', { description: 'The seats an organization bought.', simpleResolvers: true })
export class LicensesType {
  @Field(() => SeatPoolType, { description: 'Standard seats.' })
  standard!: SeatPoolType;

  @Field(() => SeatPoolType, { description: 'Pro seats.' })
  pro!: SeatPoolType;
}

@InputType({ description: 'Who gets which license.' })
export class AssignLicenseInput {
  @Field(() => ID, { description: 'The id of the person.' })
  userId!: string;

  @Field(() => LicenseEnum, { description: 'The kind they hold from now on.' })
  license!: License;
}
