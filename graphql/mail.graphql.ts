import 'reflect-metadata';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionTypes } from './connection.js';

export const MailStateEnum = {
  QUEUED: 'queued',
  SENDING: 'sending',
  SENT: 'sent',
  FAILED: 'failed',
} as const;

registerEnumType(MailStateEnum, {
  name: 'MailState',
  description: 'What became of a mail.',
  valuesConfig: {
    QUEUED: { description: 'It waits to be sent, for the first time or again.' },
    SENDING: { description: 'It is being handed to the mail server.' },
    SENT: { description: 'The mail server took it.' },
    FAILED: {
      description: 'It is not sent: the server refused it, or it was withdrawn. `lastError` says why.',
    },
  },
});

export const MailKindEnum = {
  INVITATION: 'invitation',
  VERIFICATION: 'verification',
  WELCOME: 'welcome',
  LICENSE_FREE: 'license-free',
  PROVIDER_SIGN_IN: 'provider-sign-in',
  PASSWORD_RESET: 'password-reset',
  PASSWORD_CHANGED: 'password-changed',
} as const;

registerEnumType(MailKindEnum, {
  name: 'MailKind',
  description: 'What a mail is about.',
  valuesConfig: {
    INVITATION: { description: 'Somebody is invited.' },
    VERIFICATION: { description: 'Somebody asked for access and proves their address.' },
    WELCOME: { description: 'Somebody was let in.' },
    LICENSE_FREE: { description: 'Somebody who stood in line has a license now.' },
    PROVIDER_SIGN_IN: { description: 'Somebody asked for access who signs in at their identity provider.' },
    PASSWORD_RESET: { description: 'Somebody asked to choose another password.' },
    PASSWORD_CHANGED: { description: 'Somebody has another password now.' },
  },
});

@ObjectType('Mail', {
  description: 'Something that was written to one person.',
  simpleResolvers: true,
})
export class MailType {
  @Field(() => ID, { description: 'The id of the mail; its Message-ID begins with it.' })
  id!: string;

  @Field(() => MailKindEnum, { description: 'What it is about.' })
  kind!: string;

  @Field(() => String, { description: 'The mailbox it goes to.' })
  recipient!: string;

  @Field(() => String, { description: 'The language it is written in: en, de or ko.' })
  language!: string;

  @Field(() => ID, { description: 'The invitation, request or person it is about.' })
  subjectId!: string;

  @Field(() => MailStateEnum, { description: 'What became of it.' })
  state!: 'queued' | 'sending' | 'sent' | 'failed';

  @Field(() => Int, { description: 'How often a mail server has looked at it.' })
  attempts!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Why it was not sent the last time, in the words of the server.',
  })
  lastError!: string | null;

  @Field(() => String, { description: 'The subject.' })
  subject!: string;

  @Field(() => String, { description: 'The text. Its link is shown outside production only.' })
  text!: string;

  @Field(() => Date, { description: 'When it was written.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the mail server took it; null before.' })
  sentAt!: Date | null;
}

/** A page of mails. */
export const { Connection: MailConnection } = connectionTypes<MailType>('Mail', () => MailType);
