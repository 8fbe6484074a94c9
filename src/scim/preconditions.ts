import type { ExpectedVersion } from '../directory/provisioned-user.js';

/** The tags of an `If-Match` or `If-None-Match` header: `*`, or each as it was sent. */
const tagsIn = (header: string): string[] => header.match(/(?:W\/)?"[^"]*"|[^\s,]+/g) ?? [];

/** The version behind a tag of ours, weak or strong; a client that leaves the quotes out means the same. */
function versionOf(tag: string): number | undefined {
  const digits = /^(?:W\/)?(?:"(\d{1,9})"|(\d{1,9}))$/i.exec(tag);
  const version = digits?.[1] ?? digits?.[2];
  return version === undefined ? undefined : Number(version);
}

/**
 * If-Match (RFC 7644 section 3.14): the versions under which the client allows the change; undefined without a
 * condition, which includes `*`, since a missing resource is 404 anyway. A tag that is none of ours matches nothing.
 */
export function versionsIn(header: string | undefined): number[] | undefined {
  const tags = tagsIn(header ?? '');
  if (tags.length === 0 || tags.includes('*')) return undefined;
  return tags.map(versionOf).filter((version) => version !== undefined);
}

/**
 * Both headers, for a change: what If-None-Match names must not be there, `*` being any version (RFC 9110 section 13.1.2).
 * On a read that header means something else.
 */
export function conditionIn(match: string | undefined, noneMatch: string | undefined): ExpectedVersion {
  const oneOf = versionsIn(match);
  const tags = tagsIn(noneMatch ?? '');
  if (tags.length === 0) return oneOf;
  const noneOf = tags.includes('*') ? 'any' : tags.map(versionOf).filter((version) => version !== undefined);
  return { ...(oneOf && { oneOf }), noneOf };
}

/** If-None-Match: whether the client has this representation already, by weak comparison (RFC 9110 section 13.1.2). */
export function isKnown(header: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.replace(/^W\//i, '');
  return tagsIn(header ?? '').some((tag) => tag === '*' || opaque(tag) === opaque(etag));
}
