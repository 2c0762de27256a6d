/** Draws charts without a screen. */
import { encode } from 'html-entities';
import type { TopLevelSpec } from 'vega-lite';

/** A document of Vega-Lite that does not mean what it says. */
export class ChartError extends Error {
  override readonly name = 'ChartError';
}

/**
 * Draws a document of Vega-Lite as SVG, whose root has the document's description as its
 * alternative text. Nothing is fetched.
 *
 * @throws {@link ChartError} with what Vega-Lite or Vega warn of
 */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  // Vega is large, and most commands draw nothing.
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const warnings: string[] = [];
  const logger = collecting(warnings);
  const compiled = compile(spec, { logger });
  const view = new View(parse(compiled.spec), { renderer: 'none', logger });
  try {
    const svg = await view.toSVG();
    if (warnings.length > 0) throw new ChartError(warnings.join('\n'));
    const label = encode(spec.description ?? '');
    return svg.replace('<svg ', `<svg role="img" aria-label="${label}" `);
  } finally {
    view.finalize();
  }
}

/** A logger as Vega has it, that keeps what is wrong. */
function collecting(found: string[]) {
  const keep = (...words: readonly unknown[]) => {
    found.push(words.map(String).join(' '));
    return logger;
  };
  const pass = () => logger;
  function level(): number;
  function level(value: number): typeof logger;
  function level(value?: number): number | typeof logger {
    return value === undefined ? 2 : logger;
  }
  const logger = { level, error: keep, warn: keep, info: pass, debug: pass };
  return logger;
}
