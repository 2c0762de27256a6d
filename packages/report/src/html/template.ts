/** Templates of HTML that escape what is put into them. */
import { encode } from 'html-entities';

/** HTML that may stand as it is. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template takes: texts and numbers, which are escaped, and HTML. */
export type Part = string | number | Html | readonly Part[] | undefined;

/**
 * A template of HTML. Every text that is put in is escaped, also within attributes, which are to
 * stand in double quotes; of lists all parts stand one after the other.
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, i) => text + shown(parts[i])).join(''));
}

function shown(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return encode(String(part));
  return part.map(shown).join('');
}
