import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's name first; `.ci/run` installs it where it can. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const executable = (process.env.PATH ?? '')
  .split(path.delimiter)
  .flatMap((folder) => NAMES.map((name) => path.join(folder, name)))
  .find((file) => existsSync(file));

/** Declares a suite that needs a browser; without one it is reported as skipped, test by test, under a title that says why. */
export function describeInBrowser(title: string, suite: () => void): void {
  if (executable !== undefined) describe(title, suite);
  else describe.skip(`${title} [skipped, chromium is not installed]`, suite);
}

/** A folder for pictures of every page that is looked at; none are taken without it. */
const PICTURES = process.env.ROLLCALL_SCREENSHOTS ?? '';

export type Locale = 'en-US' | 'de-DE' | 'ko-KR';

/** What a reader met: the pages that broke their own policy, for a test to find empty. */
export interface Reader {
  context: BrowserContext;
  page: Page;
  violations: string[];
}

/** One chromium. Every reader is a person of their own, who runs no scripts. */
export class Chromium {
  private constructor(
    private readonly browser: Browser,
    private readonly checker: Page,
  ) {}

  static async launch(): Promise<Chromium> {
    const browser = await chromium.launch({
      executablePath: executable ?? '',
      // Whoever is root, as in many a container, has no sandbox.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    // axe is a script, so pages are checked in a second context, which has nothing else of theirs.
    const context = await browser.newContext({ bypassCSP: true });
    const checker = await context.newPage();
    await checker.setContent('<!doctype html><title>axe</title>');
    await checker.evaluate(axe.source);
    return new Chromium(browser, checker);
  }

  async reader(locale: Locale = 'en-US'): Promise<Reader> {
    const context = await this.browser.newContext({ locale, javaScriptEnabled: false });
    const page = await context.newPage();
    const violations: string[] = [];
    page.on('console', (message) => {
      if (/content security policy|refused to/i.test(message.text())) violations.push(message.text());
    });
    return { context, page, violations };
  }

  /** The findings of axe at the page as it stands, that are serious or worse; in light, and in dark where it is asked for. */
  async findings(page: Page, schemes: readonly ('light' | 'dark')[] = ['light', 'dark']): Promise<string[]> {
    await this.checker.setContent(await page.content());
    const found: string[] = [];
    for (const colorScheme of schemes) {
      await this.checker.emulateMedia({ colorScheme });
      const { violations } = await this.checker.evaluate(
        (rules) =>
          (globalThis as unknown as { axe: typeof axe }).axe.run({
            resultTypes: ['violations'],
            ...(rules.length > 0 && { runOnly: rules }),
          }),
        // In the dark only the colours are others.
        colorScheme === 'dark' ? ['color-contrast'] : [],
      );
      for (const { id, impact, nodes } of violations) {
        if (impact !== 'serious' && impact !== 'critical') continue;
        found.push(`${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      }
    }
    return found;
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** Takes a picture at the width of a telephone and of a desk, when somebody wants to look. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === '') return;
  mkdirSync(PICTURES, { recursive: true });
  for (const [device, width] of [
    ['phone', 390],
    ['desk', 1280],
  ] as const) {
    await page.setViewportSize({ width, height: 844 });
    await page.screenshot({ path: path.join(PICTURES, `${name}-${device}.png`), fullPage: true });
  }
}

/** What the element with the focus shows of it: nothing is undefined. */
export const visibleFocus = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return undefined;
    const { outlineStyle, outlineWidth } = getComputedStyle(focused);
    const name = focused.getAttribute('name') ?? focused.textContent ?? '';
    return outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2 ? undefined : name.trim();
  });
