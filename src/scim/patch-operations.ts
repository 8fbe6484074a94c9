import type { Attribute, ResourceTable, Schema } from '../directory/attributes.js';
import type { PatchRules } from '../directory/profile.js';
import { namesIn } from './filter-match.js';
import { describe, isJsonObject, isUnassigned, type JsonObject } from './json-input.js';
import { atOperation, type PatchOperation, refused } from './patch.js';
import {
  invalidPath,
  looksLikePath,
  type PatchPath,
  type PatchTarget,
  parsePatchPath,
  resolvePath,
  subAttribute,
} from './patch-path.js';
import { removeListed, removeSelected, requireSelected, setSelected } from './patch-selected.js';
import { assign, clear, isReadOnly, type PatchLog, type Place } from './patch-value.js';

/** An operation without its path and place. */
type Change = Pick<PatchOperation, 'op' | 'value'>;

/** B9, B17 and B22: nothing that a provider addresses in vain fails the rest of its request. */
const TOLERANT: PatchRules = {
  unknownPath: 'ignored',
  readOnlyPath: 'ignored',
  unmatchedReplace: 'created',
};

/**
 * Applies operations, in order and each to what the ones before it left, to a resource as plain JSON in the names of
 * its table (RFC 7644 section 3.5.2). Knows no attribute by name, so what another profile supports is another table.
 * What becomes of a path that leads nowhere is the profile's to say; inside a value, what the table does not have and
 * what only the server writes is passed over, as in a POST.
 */
export class ResourcePatch {
  /** The operation that last touched each name. */
  readonly touched = new Map<string, PatchOperation>();

  constructor(
    readonly resource: JsonObject,
    private readonly table: ResourceTable,
    private readonly ignored: (name: string) => void = () => {},
    private readonly rules: PatchRules = TOLERANT,
  ) {}

  /** @throws DomainError INVALID_INPUT beginning with the operation's ordinal; the resource is then half changed. */
  apply(operation: PatchOperation): void {
    const log: PatchLog = {
      changed: (name) => this.touched.set(name, operation),
      ignored: this.ignored,
    };
    atOperation(operation, () => {
      if (operation.path) this.atPath(operation.path, operation, log);
      else this.pathless(operation, log);
    });
  }

  /** Without a path the value is an object of `{path: value}`; Entra sends dotted names and URNs as its keys. */
  private pathless({ op, value }: PatchOperation, log: PatchLog): void {
    if (op === 'remove') throw refused('noTarget', 'A remove needs a "path" that names what to remove.');
    if (!isJsonObject(value)) {
      throw refused(
        'invalidValue',
        `Without a "path" the "value" must be an object of attributes, but ${describe(value)} arrived.`,
      );
    }
    for (const [key, one] of Object.entries(value)) {
      if (looksLikePath(key)) this.at(parsePatchPath(key), { op, value: one }, log);
      else log.ignored(key);
    }
  }

  /** A path the client chose: one that leads nowhere is refused where the profile says so. */
  private atPath(path: PatchPath, change: Change, log: PatchLog): void {
    const { unknownPath, readOnlyPath, unmatchedReplace } = this.rules;
    const target = resolvePath(this.table, path);
    if (unknownPath === 'refused' && (!target || asksForUnknown(target))) {
      throw invalidPath(path.text, `${this.table.name} has no such attribute; /Schemas lists what there is`);
    }
    if (readOnlyPath === 'refused' && target && isServersOwn(target)) {
      throw refused('mutability', `'${target.name}' is read-only and cannot be changed; leave it out.`);
    }
    this.change(path, target, change, log, unmatchedReplace);
  }

  /** A path inside a value: one that leads nowhere is passed over, whatever the profile. */
  private at(path: PatchPath, change: Change, log: PatchLog): void {
    this.change(path, resolvePath(this.table, path), change, log, TOLERANT.unmatchedReplace);
  }

  private change(
    path: PatchPath,
    target: PatchTarget | undefined,
    change: Change,
    log: PatchLog,
    unmatched: PatchRules['unmatchedReplace'],
  ): void {
    if (!target || isServersOwn(target) || asksForUnknown(target)) {
      log.ignored(path.text);
      return;
    }
    const { extension, attribute } = target;
    if (change.op !== 'remove' && change.value === undefined) {
      throw refused('invalidValue', `The ${change.op} of '${target.name}' needs a "value".`);
    }
    const home = extension ? this.extension(extension) : this.resource;
    if (!attribute) {
      if (extension) this.wholeExtension(extension, home, change, log);
      return;
    }
    const place: Place = { home, attribute, prefix: extension ? `${extension.id}:` : '' };
    if (attribute.multiValued) changeList(place, target, change, log, unmatched);
    else changeSingle(target.part ? inside(place, target.part) : place, change, log);
  }

  private extension({ id }: Schema): JsonObject {
    const present = this.resource[id];
    if (isJsonObject(present)) return present;
    const made: JsonObject = {};
    this.resource[id] = made;
    return made;
  }

  private wholeExtension(
    { id, attributes }: Schema,
    home: JsonObject,
    { op, value }: Change,
    log: PatchLog,
  ): void {
    const prefix = `${id}:`;
    if (op === 'remove' || isUnassigned(value)) {
      for (const attribute of attributes) {
        if (!isReadOnly(attribute)) clear({ home, attribute, prefix }, log);
      }
    } else if (isJsonObject(value)) {
      for (const [key, one] of Object.entries(value)) {
        if (looksLikePath(key)) this.at(parsePatchPath(`${prefix}${key}`), { op, value: one }, log);
        else log.ignored(prefix + key);
      }
    } else {
      throw refused('invalidValue', `'${id}' needs an object, but ${describe(value)} arrived.`);
    }
  }
}

function changeSingle(place: Place, { op, value }: Change, log: PatchLog): void {
  if (op === 'remove') clear(place, log);
  else assign(place, op, value, log);
}

function changeList(
  place: Place,
  target: PatchTarget,
  { op, value }: Change,
  log: PatchLog,
  unmatched: PatchRules['unmatchedReplace'],
): void {
  const { filter, part } = target;
  if (op === 'replace' && filter && unmatched === 'refused') requireSelected(place, target);
  if (filter || part) {
    const empties = op === 'replace' && !part && isUnassigned(value);
    if (op === 'remove' || empties) removeSelected(place, target, log);
    else setSelected(place, target, op, value, log);
  } else if (op !== 'remove') {
    assign(place, op, value, log);
  } else if (value === undefined || value === null) {
    clear(place, log);
  } else {
    removeListed(place, value, log);
  }
}

/** The place of a sub-attribute; its parent comes into being when it is not there. */
function inside({ home, attribute, prefix }: Place, part: Attribute): Place {
  const present = home[attribute.name];
  const parent = isJsonObject(present) ? present : {};
  home[attribute.name] = parent;
  return { home: parent, attribute: part, prefix: `${prefix}${attribute.name}.` };
}

/** What only the server decides. */
const isServersOwn = ({ attribute, part }: PatchTarget): boolean =>
  attribute !== undefined && (isReadOnly(attribute) || (part !== undefined && isReadOnly(part)));

/** A filter that asks for a sub-attribute we do not have. */
function asksForUnknown({ attribute, filter }: PatchTarget): boolean {
  if (!attribute || !filter) return false;
  return !namesIn(filter).every((name) => subAttribute(attribute, name));
}
