/**
 * WebGPU in Node on a machine without a GPU, from npm alone: Dawn (the package `webgpu`) on
 * SwiftShader, the software Vulkan driver inside @sparticuz/chromium. Dawn looks for the Vulkan
 * loader `libvulkan.so.1` beside its own binary first, and a driver can stand in for the loader, so
 * both are laid side by side in the cache.
 */
import { copyFile, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installed, unpack } from './archives.ts';
import { cached } from './cache.ts';

/** What the package `webgpu` exports; its own types are of another version of @webgpu/types. */
interface Dawn {
  create(options: readonly string[]): GPU;
  /** `GPUBufferUsage`, `GPUMapMode`, … as browsers have them on `globalThis`. */
  readonly globals: object;
}

let found: Promise<GPU> | undefined;

/**
 * The same `GPU` for all of a process: on Linux x64 that of the software adapter, elsewhere, or with
 * `CHRONOGRAD_WEBGPU=system`, the system's own. It is put where a browser has it: `navigator.gpu`, and
 * WebGPU's constants on `globalThis`.
 * @throws where there is no adapter: no test may pass because it was not run.
 */
export function softwareGpu(): Promise<GPU> {
  found ??= findGpu();
  return found;
}

/**
 * The folder with Dawn (`index.js`, the package's own, and its binary) and SwiftShader.
 * @returns its path
 */
export async function softwareDawn(): Promise<string> {
  const [dawn, chromium] = await Promise.all([
    installed('webgpu'),
    installed('@sparticuz/chromium'),
  ]);
  return cached(`dawn-${dawn.version}-swiftshader-${chromium.version}`, async (folder) => {
    const native = join('dist', 'linux-x64');
    await mkdir(join(folder, native), { recursive: true });
    for (const file of ['package.json', 'index.js'])
      await copyFile(join(dawn.folder, file), join(folder, file));
    await cp(join(dawn.folder, native), join(folder, native), { recursive: true });
    const drivers = await mkdtemp(join(folder, 'swiftshader-'));
    await unpack(chromium, 'swiftshader', drivers);
    await rename(join(drivers, 'libvk_swiftshader.so'), join(folder, native, 'libvulkan.so.1'));
    await rm(drivers, { recursive: true });
  });
}

async function findGpu(): Promise<GPU> {
  const isSoftware =
    process.platform === 'linux' &&
    process.arch === 'x64' &&
    process.env['CHRONOGRAD_WEBGPU'] !== 'system';
  const module = isSoftware ? pathToFileURL(join(await softwareDawn(), 'index.js')).href : 'webgpu';
  const { create, globals } = (await import(module)) as Dawn;
  Object.assign(globalThis, globals);
  const gpu = create(isSoftware ? ['adapter=SwiftShader'] : []);
  if ((await gpu.requestAdapter()) === null)
    throw new Error(
      isSoftware
        ? `expected Dawn to find SwiftShader's adapter in ${await softwareDawn()}, found none`
        : 'expected Dawn to find a WebGPU adapter of this system, found none',
    );
  // Node has a navigator since version 21, without WebGPU.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { userAgent: 'node' } });
  Object.defineProperty(Reflect.get(globalThis, 'navigator'), 'gpu', {
    value: gpu,
    configurable: true,
  });
  return gpu;
}
