/** The GPU device: where it comes from, and what it says went wrong. */
import { BackendError, Checks } from '@chronograd/backend';

/** Id of this backend. */
export const BACKEND_ID = 'webgpu';

/** Checks of what callers hand in. */
export const checks = new Checks(BACKEND_ID);

/** Where a device comes from: the first of these that is given. */
export interface DeviceOptions {
  /** A device, which stays the caller's: it is not destroyed with the backend. */
  readonly device?: GPUDevice;
  /** What adapters are asked of. Default `navigator.gpu`, else the npm package `webgpu`. */
  readonly gpu?: GPU;
  /** Which of several adapters is preferred. Default the system's choice. */
  readonly powerPreference?: GPUPowerPreference;
  /**
   * Whether the device is asked for with the largest buffers that the adapter has, for programs that
   * need more than 128 MiB. Default false: what runs on one device then runs on all.
   */
  readonly largeBuffers?: boolean;
}

/** What the npm package `webgpu` exports. */
interface NodeWebgpu {
  create(options: readonly string[]): GPU;
  readonly globals: object;
}

/** How adapters and devices describe themselves, in what is newer than the types used here. */
interface Described {
  readonly info?: GPUAdapterInfo;
  readonly adapterInfo?: GPUAdapterInfo;
}

/** What happened to a device. */
export interface DeviceState {
  readonly device: GPUDevice;
  /** `NVIDIA Tesla …`, as the adapter calls itself. */
  readonly name: string;
  /** Why this device. */
  readonly reason: string;
  /** Whether the processor does the GPU's work. */
  readonly isSoftware: boolean;
  /** Most words of 4 bytes that a kernel can bind as one buffer: 2^25 of every device. */
  readonly mostWords: number;
  /** Whether it is lost for good. */
  isLost(): boolean;
  /** Throws the error of an earlier call that no other was told of, or that the device is lost. */
  check(subject: string): void;
  /** Ends the device, unless it is the caller's. */
  release(): void;
}

/**
 * Finds a device, with WebGPU's default limits unless large buffers are asked for.
 * @throws BackendError `engine-missing` where there is none
 */
export async function openDevice({
  device,
  gpu,
  powerPreference,
  largeBuffers = false,
}: DeviceOptions): Promise<DeviceState> {
  if (device)
    return watch(device, 'handed in by the caller', (device as Described).adapterInfo, true);
  const source = gpu ?? (await findGpu());
  const adapter = await source.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter)
    throw missing(
      'a GPU adapter',
      'none',
      'See that a driver (Vulkan, Metal, D3D12) is installed, and of a browser, that it has WebGPU ' +
        'switched on (about:gpu, about:support)',
    );
  const reason = gpu ? 'the first adapter of the GPU that was handed in' : 'the first adapter';
  const made = await requestDevice(adapter, largeBuffers);
  return watch(made, reason, (adapter as Described).info, false);
}

async function requestDevice(adapter: GPUAdapter, largeBuffers: boolean): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  if (largeBuffers)
    for (const name of ['maxStorageBufferBindingSize', 'maxBufferSize'] as const)
      requiredLimits[name] = adapter.limits[name];
  try {
    return await adapter.requestDevice({ requiredLimits });
  } catch (cause) {
    throw missing(
      'a device of the GPU adapter',
      cause instanceof Error ? (cause.message.split('\n')[0] as string) : String(cause),
      'Ask for an adapter anew: each gives one device, and none once the GPU is gone',
      cause,
    );
  }
}

function missing(expected: string, found: string, advice: string, cause?: unknown): BackendError {
  return new BackendError(
    'engine-missing',
    { backend: BACKEND_ID, subject: 'WebGPU', expected, found, advice },
    { cause },
  );
}

/** Dawn ends with its GPU object, whoever still has devices of it: so it is kept. */
let dawn: GPU | undefined;

async function findGpu(): Promise<GPU> {
  const { navigator } = globalThis as { navigator?: { gpu?: GPU } };
  if (navigator?.gpu) return navigator.gpu;
  // Named so that bundlers for browsers leave it alone.
  const name = 'webgpu';
  try {
    const { create, globals } = (await import(/* @vite-ignore */ name)) as NodeWebgpu;
    Object.assign(globalThis, globals);
    dawn ??= create([]);
    return dawn;
  } catch (cause) {
    throw missing(
      'navigator.gpu, or the npm package webgpu',
      cause instanceof Error ? (cause.message.split('\n')[0] as string) : String(cause),
      'In Node: npm install webgpu. In a browser: one with WebGPU, and a page from https or localhost',
      cause,
    );
  }
}

/** Listens to a device. */
function watch(
  device: GPUDevice,
  reason: string,
  info: GPUAdapterInfo | undefined,
  isCallers: boolean,
): DeviceState {
  let lost: string | undefined;
  let uncaptured: string | undefined;
  void device.lost.then(({ reason: why, message }) => {
    lost = `${why || 'unknown'}: ${message}`;
  });
  const listen = (event: Event): void => {
    uncaptured ??= (event as GPUUncapturedErrorEvent).error.message;
  };
  device.addEventListener('uncapturederror', listen);
  const name = [info?.vendor, info?.description || info?.device || info?.architecture]
    .filter(Boolean)
    .join(' ');
  return {
    device,
    name: name || 'a GPU without a name',
    reason,
    mostWords: Math.floor(
      Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize) / 4,
    ),
    isSoftware: /swiftshader|llvmpipe|lavapipe|software/i.test(name),
    isLost: () => lost !== undefined,
    check(subject) {
      if (lost !== undefined) throw lostError(subject, lost);
      const message = uncaptured;
      uncaptured = undefined;
      if (message !== undefined) throw runError(subject, message);
    },
    release() {
      device.removeEventListener('uncapturederror', listen);
      if (!isCallers) device.destroy();
    },
  };
}

/** The device went away, with all that was in its memory. */
export function lostError(subject: string, found: string): BackendError {
  return new BackendError('run-failed', {
    backend: BACKEND_ID,
    subject,
    expected: 'a device in use',
    found: `a lost device (${found})`,
    advice:
      'Compile the program again, which takes a new device, and write the state that was last read',
  });
}

/** The device refused what a call asked for. */
export function runError(subject: string, found: string): BackendError {
  return new BackendError('run-failed', {
    backend: BACKEND_ID,
    subject,
    expected: 'a run without an error of the device',
    found: found.trim().replace(/\s*\n\s*/g, '; '),
  });
}
