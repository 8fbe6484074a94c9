import { LANGUAGES, type Language } from '../organizations/organization.entity.js';

/** Browsers send a handful; the rest of a longer header says nothing new. */
const MAX_RANGES = 20;

/** The reader's language by their Accept-Language header (RFC 9110 section 12.5.4); `fallback` when we have none of theirs. */
export function languageOf(header: string | undefined, fallback: Language): Language {
  const wanted = (header ?? '')
    .split(',', MAX_RANGES)
    .map((range) => {
      const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
      const weight = parameters.map((one) => /^\s*q=([\d.]{1,5})\s*$/.exec(one)?.[1]).find(Boolean);
      return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { language } of wanted) {
    const ours = LANGUAGES.find((one) => one === language);
    if (ours) return ours;
  }
  return fallback;
}
