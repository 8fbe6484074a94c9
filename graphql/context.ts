import type { Context } from '../src/kernel/context.js';
import type { MailRecord } from '../src/mail/mail-rows.js';
import type { RenderedMail } from '../src/mail/render-mail.js';
import type { Live } from './live.js';
import type { Loaders } from './loaders.js';
import type { Visits } from './visits.js';

/**
 * What every resolver receives: who is asking, and the DataLoaders of this one request. A loader must not outlive its
 * request, because its cache was filled with what that caller may see.
 */
export interface GraphqlContext {
  readonly context: Context;
  readonly loaders: Loaders;
  /** A mail as it is read, with its link only where this service shows links. */
  readonly writeMail: (mail: MailRecord) => RenderedMail;
  /** Of a subscription: how it looks again. */
  readonly live?: Live;
  /** Of a request without a credential; `context` may do nothing then. */
  readonly visits?: Visits;
}
