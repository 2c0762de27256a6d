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

/** What {@link browserBundle} makes. */
export interface Bundle {
  readonly code: string;
  /** What the code imports when it is loaded or later: none unless `external` names any. */
  readonly imports: readonly string[];
}

/**
 * Bundles the text of a module that stands in this package to one ES module without polyfills.
 * @param text TypeScript; may import what this package's tests may
 * @throws where anything that it imports is not there in a browser, such as a module of Node
 */
export async function browserBundle(
  text: string,
  { minify = false, external = [] }: BundleOptions = {},
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
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
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const imports = Object.values(metafile.outputs).flatMap((each) => each.imports);
  return { code: outputFiles[0]?.text ?? '', imports: imports.map(({ path }) => path) };
}
