/**
 * Whether an element of `members` is a group (B29), by its `type` or its `$ref`. Keycloak sends relative references
 * (`Users/<id>`), others whole addresses; only the last two segments tell.
 */
export function isNestedGroup(member: (name: string) => unknown): boolean {
  const type = member('type');
  const reference = member('$ref');
  return (
    (typeof type === 'string' && type.toLowerCase() === 'group') ||
    (typeof reference === 'string' && reference.split('/').at(-2)?.toLowerCase() === 'groups')
  );
}
