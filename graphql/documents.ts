import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DomainError, shownId } from '../src/kernel/errors.js';

/** The documents of first-party clients, by the SHA-256 of their text in hexadecimal. */
export interface RegisteredDocuments {
  texts: ReadonlyMap<string, string>;
  /** Whether nothing else is run: GRAPHQL_DOCUMENTS=persisted. */
  only: boolean;
}

/** Where nothing is registered and any text is run. */
export const NO_DOCUMENTS: RegisteredDocuments = { texts: new Map(), only: false };

const idOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Every `*.graphql` file of a folder; none when the folder does not exist. The id is that of `sha256sum FILE`. */
export function readDocuments(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  const texts = readdirSync(folder)
    .sort()
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
  return new Map(texts.map((text) => [idOf(text), text]));
}

interface SentDocument {
  query?: unknown;
  documentId?: unknown;
  extensions?: { persistedQuery?: { sha256Hash?: unknown } | null } | null;
}

/**
 * Puts the text of a registered document into the body that names it: `{"documentId": "<sha256>"}`, with or without
 * `sha256:` in front, or `{"extensions": {"persistedQuery": {"sha256Hash": "<sha256>"}}}`. NOT_FOUND for an id that is
 * not registered; NOT_SUPPORTED for a text that is not, where only registered ones are run.
 */
export function insertDocument(body: unknown, { texts, only }: RegisteredDocuments): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const sent = body as SentDocument;
  const named = sent.documentId ?? sent.extensions?.persistedQuery?.sha256Hash;
  if (named === undefined || named === null) {
    if (only && typeof sent.query === 'string' && !texts.has(idOf(sent.query))) throw notRegistered();
    return;
  }
  const id = String(named)
    .replace(/^sha256:/, '')
    .toLowerCase();
  const text = texts.get(id);
  if (text === undefined) {
    // A client that registers what it sends, or would: Apollo answers that this is not supported, and the client sends texts.
    const isAutomatic = sent.documentId === undefined && texts.size === 0;
    if (!only && (isAutomatic || typeof sent.query === 'string')) return;
    throw unknown(String(named));
  }
  sent.query = text;
  delete sent.documentId;
  delete sent.extensions?.persistedQuery;
}

const unknown = (id: string): DomainError =>
  new DomainError(
    'NOT_FOUND',
    `No document with the id '${shownId(id)}' is registered. Ids are the SHA-256 of a file in graphql/documents; deploy the service before the client that needs it.`,
    { field: 'documentId' },
  );

const notRegistered = (): DomainError =>
  new DomainError(
    'NOT_SUPPORTED',
    'This service runs registered documents only. Send {"documentId": "<sha256>", "variables": {...}}.',
    { field: 'query' },
  );
