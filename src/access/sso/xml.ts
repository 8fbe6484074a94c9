import { DOMParser } from '@xmldom/xmldom';
import { DomainError } from '../../kernel/errors.js';

/** Elements inside elements; SAML needs about ten. */
const MAX_DEPTH = 40;
const MAX_ELEMENTS = 20_000;

export interface XmlOptions {
  /** What the document is called in a message: "The SAML response". */
  noun: string;
  maxBytes: number;
  /** Comments and CDATA: federations put them into metadata; in a signed message they only serve to split values. */
  allowsComments: boolean;
}

/** A namespace and a local name; prefixes mean nothing. */
export type Name = readonly [namespace: string, localName: string];

/**
 * A document, from text that cannot name another document: everything that starts with `<!` (DOCTYPE, ENTITY) is refused
 * before it is parsed, as are processing instructions, broken Unicode, and what no parser needs to be given twice.
 * Throws INVALID_INPUT.
 */
export function parseXml(text: string, { noun, maxBytes, allowsComments }: XmlOptions): Element {
  const refuse = (why: string): DomainError =>
    new DomainError('INVALID_INPUT', `${noun} ${why}.`, { field: 'xml' });
  if (Buffer.byteLength(text) > maxBytes) throw refuse(`is larger than ${maxBytes} bytes`);
  if (!text.isWellFormed() || text.includes('\u0000')) throw refuse('is not Unicode text');
  const body = text.replace(/^\uFEFF?\s*<\?xml [^?<>]*\?>/, '');
  const declarations = allowsComments ? body.replaceAll(/<!--[\s\S]*?-->/g, '') : body;
  if (/<!DOCTYPE|<!ENTITY/i.test(body)) throw refuse('carries a DOCTYPE, which is refused before parsing');
  if (/<[!?]/.test(declarations)) throw refuse('carries comments, CDATA or processing instructions');
  const fail = (message: string): never => {
    throw refuse(`is not well-formed XML (${message.split('\n')[0]?.slice(0, 100)})`);
  };
  const parser = new DOMParser({ errorHandler: { warning: fail, error: fail, fatalError: fail } });
  const root = parser.parseFromString(body.trim(), 'text/xml')?.documentElement;
  if (!root) throw refuse('is not XML: it holds no element');
  if (!isBounded(root)) throw refuse('is nested too deeply or holds too many elements');
  return root as unknown as Element;
}

function isBounded(root: Element): boolean {
  const open: [Element, number][] = [[root, 1]];
  let seen = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const [element, depth] = next;
    seen += 1;
    if (depth > MAX_DEPTH || seen > MAX_ELEMENTS) return false;
    for (const child of allChildren(element)) open.push([child, depth + 1]);
  }
  return true;
}

/** The elements directly inside of an element. */
export function allChildren(element: Element): Element[] {
  const children: Element[] = [];
  for (let node = element.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === 1) children.push(node as Element);
  }
  return children;
}

/** Whether an element has that name, whatever its prefix. */
export const isNamed = (element: Element, [namespace, localName]: Name): boolean =>
  element.namespaceURI === namespace && element.localName === localName;

/** The elements of that name directly inside of an element. */
export const childrenOf = (element: Element, name: Name): Element[] =>
  allChildren(element).filter((child) => isNamed(child, name));

/** Every element of a document, the root first. */
export function everyElement(root: Element): Element[] {
  return [root, ...allChildren(root).flatMap(everyElement)];
}

/** The text of an element that holds nothing but one text node, trimmed; undefined for any other content. */
export function soleText(element: Element | undefined): string | undefined {
  const only = element?.firstChild;
  if (!only || only.nextSibling || only.nodeType !== 3) return undefined;
  return only.nodeValue?.trim() || undefined;
}

/** An attribute, undefined when it is absent; the DOM says '' for both. */
export const attributeOf = (element: Element, name: string): string | undefined =>
  element.hasAttribute(name) ? (element.getAttribute(name) ?? '') : undefined;
