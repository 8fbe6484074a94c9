import type { Attribute, ResourceTable, Schema } from './attributes.js';

/** An attribute of a table, found by a name as a client wrote it. */
export interface FoundAttribute {
  readonly attribute: Attribute;
  /** The complex attribute it is a part of. */
  readonly parent?: Attribute;
  /** Set when it belongs to an extension, whose URN is a level of its own in the JSON. */
  readonly extension?: Schema;
  /** The one spelling used in rules and messages: `emails.value`, without the URN. */
  readonly path: string;
}

const named = (attributes: readonly Attribute[], name: string): Attribute | undefined => {
  const wanted = name.toLowerCase();
  return attributes.find(
    (one) =>
      one.name.toLowerCase() === wanted || one.aliases?.some((alias) => alias.toLowerCase() === wanted),
  );
};

/** What follows a schema's URN, or undefined when the text does not begin with it. Some clients write `.` for `:`. */
const afterUrn = (text: string, urn: string): string | undefined => {
  const rest = text.slice(urn.length);
  const begins = text.slice(0, urn.length).toLowerCase() === urn.toLowerCase();
  return begins && (rest.startsWith(':') || rest.startsWith('.')) ? rest.slice(1) : undefined;
};

function findIn(
  attributes: readonly Attribute[],
  path: string,
  extension?: Schema,
): FoundAttribute | undefined {
  const [head = '', tail, ...more] = path.split('.');
  const attribute = named(attributes, head);
  if (!attribute || more.length > 0) return undefined;
  const home = extension ? { extension } : {};
  if (tail === undefined) return { attribute, path: attribute.name, ...home };
  const part = named(attribute.subAttributes ?? [], tail);
  return part && { attribute: part, parent: attribute, path: `${attribute.name}.${part.name}`, ...home };
}

/**
 * The attribute a client means: `name.givenName`, `URN:name.givenName`, in any letter case (RFC 7643 section 2.1,
 * RFC 7644 section 3.10). An attribute of an extension is also found without its URN when the core has none of
 * that name.
 */
export function findAttribute(table: ResourceTable, text: string): FoundAttribute | undefined {
  const core = [...table.common, ...table.schema.attributes];
  const inCore = afterUrn(text, table.schema.id);
  if (inCore !== undefined) return findIn(core, inCore);
  for (const { schema } of table.extensions) {
    const inExtension = afterUrn(text, schema.id);
    if (inExtension !== undefined) return findIn(schema.attributes, inExtension, schema);
  }
  const bare = findIn(core, text);
  if (bare) return bare;
  for (const { schema } of table.extensions) {
    const found = findIn(schema.attributes, text, schema);
    if (found) return found;
  }
  return undefined;
}
