/** A page as a visitor without script sees it. */
export interface Page {
  url: URL;
  status: number;
  html: string;
}

/** More redirects than this are a loop. */
const MAX_HOPS = 12;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const text = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : text(value);
};

/**
 * A browser without script, for one person: keeps cookies by host, follows redirects, links and forms. For the demo, which
 * shows on the command line what a newcomer can click through.
 */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Opens an address and whatever it redirects to. */
  async open(url: string | URL, form?: URLSearchParams): Promise<Page> {
    let target = new URL(url);
    let body = form;
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      // The part of the host that a cookie is bound to; ports share theirs.
      const jar = this.#cookies.get(target.hostname) ?? new Map<string, string>();
      this.#cookies.set(target.hostname, jar);
      const answer = await fetch(target, {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: {
          'accept-language': 'en',
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        },
        ...(body && { body }),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      const location = answer.headers.get('location');
      if (location === null) return { url: target, status: answer.status, html: await answer.text() };
      await answer.body?.cancel();
      target = new URL(location, target);
      body = undefined;
    }
    throw new Error(`${url} redirects without end.`);
  }

  /** Follows the link with these words in it. Throws when the page has none. */
  follow(page: Page, words: string): Promise<Page> {
    for (const [, tag = '', label = ''] of page.html.matchAll(/(<a\s[^>]*>)(.*?)<\/a>/gs)) {
      if (text(label).includes(words)) return this.open(new URL(attribute(tag, 'href') ?? '', page.url));
    }
    throw new Error(`${page.url.origin}${page.url.pathname} has no link '${words}' (status ${page.status}).`);
  }

  /** Sends the page's form that posts, with its hidden fields and these. Throws when the page has none. */
  submit(page: Page, fields: Record<string, string> = {}): Promise<Page> {
    const [form] = /<form\s[^>]*method="post".*?<\/form>/s.exec(page.html) ?? [];
    if (form === undefined) throw new Error(`${page.url.origin}${page.url.pathname} has no form to send.`);
    const body = new URLSearchParams();
    for (const [tag] of form.matchAll(/<input\s[^>]*type="hidden"[^>]*>/g)) {
      body.append(attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '');
    }
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    return this.open(new URL(attribute(form, 'action') ?? page.url.href, page.url), body);
  }
}
