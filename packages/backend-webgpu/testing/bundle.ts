/** Bundles for browsers, as a user's bundler makes them. */
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

/** Options of {@link browserBundle}. */
export interface BundleOptions {
  /** Whether names are shortened and comments dropped. Default false. */
  readonly minify?: boolean;
  /** npm packages that are left out: imports of them stay as they are. Default none. */
  readonly external?: readonly string[];
}

/**
 * Bundles the text of a module that stands in this package to one ES module without polyfills.
 * @param text TypeScript; may import what this package's tests may
 * @returns the code
 * @throws where anything that it imports is not there in a browser, such as a module of Node
 */
export async function browserBundle(
  text: string,
  { minify = false, external = [] }: BundleOptions = {},
): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: text,
      loader: 'ts',
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['chronograd-source'],
    external: [...external],
    minify,
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
