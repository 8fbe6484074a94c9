/** What only this wire refuses, before any operation is asked: a method, a media type, a path. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  /** The message is the `detail` an administrator reads. */
  constructor(
    readonly status: 403 | 404 | 405 | 406 | 409 | 412 | 413 | 415,
    message: string,
    readonly options: { scimType?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
  }
}
